// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }

for (each edge) {
  var w = bitcast<f32>(memory_0[64u + edge]);
  let w_max = bitcast<f32>(memory_1[64u + edge]);
  w = rounded_f32(w * 0.999f);
  memory_0[64u + edge] = bitcast<u32>(w);
  if ((bitcast<u32>(w) & 0x7f800000u) == 0x7f800000u || w < 0f || w > 2f) { fail_edge(1u, edge); }
}
