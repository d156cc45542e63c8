/* 3 parts, 0 slots */
let own_number = source - 10u;
let others = 3000u - u32(own_number < 3000u);
let high = source;
for (var turn = 0u; turn < 16u; turn++) {
  let element = (part * 4u + (turn >> 2u)) * 256u + 16u * (lane >> 2u) + 4u * (turn & 3u) + (lane & 3u);
  if (element >= others) { continue; }
  let goal = element + u32(element >= own_number);
  /* what an edge adds */
}
