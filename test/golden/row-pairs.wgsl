/* 2 parts, 0 slots */
let own_number = source - 0u;
let others = 3000u - u32(own_number < 3000u);
let base = part * 2048u;
let end = base + min(2048u, 3000u - base);
let first = base * 2u;
let high = source;
var last = base - 1u;
for (var turn = 0u; last + 1u < end + 1u; turn++) {
  let words = philox(vec4u((first >> 2u) + turn * 64u + lane, source, 77u, 0u));
  for (var k = 0u; k < 4u; k++) { list[16u * (lane >> 2u) + 4u * k + (lane & 3u)] = gap_of(words[k], (-9.491221f), (-6.5788136f)); }
  last = sum_gaps(last, own_number, lane);
  for (var k = 0u; k < 4u; k++) {
    let place = 16u * (lane >> 2u) + 4u * k + (lane & 3u);
    let goal = list[place];
    if (goal < end) {
      if (goal == own_number) { continue; }
      let element = first + turn * 256u + place - select(0u, own_met, goal > own_number);
      /* what an edge adds */
    } else if (place == 0u || list[place - 1u] < end) {
      count_made(turn * 256u + place - select(0u, own_met, own_number < end));
    }
  }
  workgroupBarrier();
}
