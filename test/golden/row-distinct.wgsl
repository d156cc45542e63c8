/* 1 parts, 1500 slots */
let own_number = source - 0u;
let others = 3000u - u32(own_number < 3000u);
let begin = multiply_u32(source, 1000u);
for (var mine = lane; mine < 1000u; mine += 64u) {
  var asking = mine;
  var draw = 0u;
  loop {
    let goal = drawn_goal(begin, asking, 77u, draw, others, own_number);
    draw = max(2u, draw + 1u);
    let loser = ask_for(goal, asking, 10u, 1500u);
    if (loser == 0xffffffffu) { break; }
    if (loser == asking) { continue; }
    asking = loser;
    draw = 0u;
    loop {
      let before = drawn_goal(begin, asking, 77u, draw, others, own_number);
      draw = max(2u, draw + 1u);
      if (before == goal) { break; }
    }
  }
}
workgroupBarrier();
for (var slot_number = lane; slot_number < 1500u; slot_number += 64u) {
  let held = ~atomicLoad(&chosen[slot_number]);
  if (held == 0xffffffffu) { continue; }
  let goal = held >> 10u;
  let element = begin.x + (held & ((1u << 10u) - 1u));
  let high = begin.y + u32(element < begin.x);
  /* what an edge adds */
}
