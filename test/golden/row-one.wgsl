/* 1 parts, 0 slots */
if (lane == 0u && source < 3000u) {
  let goal = source;
  let element = source;
  let high = 0u;
  /* what an edge adds */
}
