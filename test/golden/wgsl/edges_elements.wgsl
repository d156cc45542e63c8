// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }

/* Whether an element spiked in a step of late; its history is a ring of words, one word of every element after the other. */
fn spiked_in(history: u32, stride: u32, words: u32, element: u32, step: u32) -> bool {
  return ((own[history + ((step >> 5u) & (words - 1u)) * stride + element] >> (step & 31u)) & 1u) == 1u;
}

{
  var y = bitcast<f32>(memory_0[64u + e]);
  if (epoch.call != 0u) {
    if (e >= 3u && e < 43u && spiked_in(64u, 64u, 1u, e, (step - 1u))) {
      var y_1 = rounded_f32(y + 1f);
      y = y_1;
    }
  }
  {
    y = rounded_f32(y * 0.99f);
    if ((step & 15u) == 15u) {
      if (abs(y) < 1e-30f) { y = 0f; }
    }
  }
  memory_0[64u + e] = bitcast<u32>(y);
}
