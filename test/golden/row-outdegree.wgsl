/* 1 parts, 0 slots */
let own_number = 0xffffffffu;
let others = 3000u;
let begin = multiply_u32(source, 1000u);
let start = begin.x & 0xfffffff0u;
let lead = begin.x & 15u;
for (var turn = 0u; turn < 4u; turn++) {
  let lower = (part * 4u + turn) * 256u;
  if (lower >= lead + 1000u) { break; }
  let block = start + lower + 16u * (lane >> 2u);
  let high = begin.y + u32(block < start);
  let words = philox(vec4u((block >> 2u) + (lane & 3u), high, 77u, 0u));
  for (var k = 0u; k < 4u; k++) {
    let place = lower + 16u * (lane >> 2u) + 4u * k + (lane & 3u) - lead;
    if (place >= 1000u) { continue; }
    let element = block + 4u * k + (lane & 3u);
    let goal = pick_goal(words[k], others, own_number);
    /* what an edge adds */
  }
}
