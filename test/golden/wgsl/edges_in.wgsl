// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }

// The low and the high word of a product.
fn multiply_u32(a: u32, b: u32) -> vec2u {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let upper = a0 * b1 + (middle & 0xffffu);
  return vec2u(a * b, a1 * b1 + (middle >> 16u) + (upper >> 16u));
}

fn philox_round(c: vec4u, key: vec2u) -> vec4u {
  let p = multiply_u32(0xd2511f53u, c.x);
  let q = multiply_u32(0xcd9e8d57u, c.z);
  return vec4u(q.y ^ c.y ^ key.x, q.x, p.y ^ c.w ^ key.y, p.x);
}

// Philox 4x32-10: four random words of a counter. Salmon et al. 2011, doi:10.1145/2063384.2063405
fn philox(counter: vec4u) -> vec4u {
  var c = counter;
  c = philox_round(c, philox_keys[0]);
  c = philox_round(c, philox_keys[1]);
  c = philox_round(c, philox_keys[2]);
  c = philox_round(c, philox_keys[3]);
  c = philox_round(c, philox_keys[4]);
  c = philox_round(c, philox_keys[5]);
  c = philox_round(c, philox_keys[6]);
  c = philox_round(c, philox_keys[7]);
  c = philox_round(c, philox_keys[8]);
  c = philox_round(c, philox_keys[9]);
  return c;
}

// The word of an element; 16 consecutive elements share one block of four counters.
fn word_at(element: u32, step: u32, stream: u32, draw: u32) -> u32 {
  let words = philox(vec4u((element >> 4u) * 4u + (element & 3u), step, stream, draw));
  return words[(element >> 2u) & 3u];
}

// Uniform in [0, 1).
fn uniform_at(element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  return f32(word_at(element, step, stream, draw) >> 8u) * 0x1p-24f;
}

// The first operand stays when a comparison with NaN is false.
fn min_f32(a: f32, b: f32) -> f32 { return select(a, b, b < a); }

// The first operand stays when a comparison with NaN is false.
fn max_f32(a: f32, b: f32) -> f32 { return select(a, b, a < b); }

fn is_nan_f32(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

var<private> infinity_f32_bits: u32 = 0x7f800000u;

fn infinity_f32() -> f32 { return bitcast<f32>(infinity_f32_bits); }

// exp(x - n ln 2) - 1 where n is the integer nearest to x / ln 2.
fn exp_fraction_f32(x: f32, n: f32) -> f32 {
  let r = (x - n * 0.693359375f) - n * -2.1219444e-4f;
  let series = (((((0.0001990784f * r + 0.0013933822f) * r + 0.008333285f) * r + 0.041666463f) * r + 0.16666667f) * r + 0.5f);
  return series * (r * r) + r;
}

// exp(x): error <= 1 ulp where the result is a normal number, 0 where it would be subnormal, infinity above the largest; NaN stays NaN.
fn exp_f32(x: f32) -> f32 {
  if (is_nan_f32(x)) { return x; }
  if (x > 88.72283f) { return infinity_f32(); }
  if (x < -87.33654f) { return 0f; }
  let n = round(x * 1.442695f);
  return bitcast<f32>(bitcast<i32>(exp_fraction_f32(x, n) + 1f) + (i32(n) << 23u));
}

for (each edge) {
  let synapse = memory_1[64u + edge];
  let word = memory_1[1088u + edge];
  let other = word % 64u;
  let age = (7u - memory_1[1088u + edge] / 64u);
  let x = bitcast<f32>(memory_1[2112u + (((step + 15u - age) % 7u) * 64u + other)]);
  var w = bitcast<f32>(memory_0[64u + synapse]);
  let w_max = bitcast<f32>(memory_1[3136u + synapse]);
  let elapsed = rounded_f32(f32(step + 1u - memory_0[1088u + synapse]) * 0.0001f);
  let u = rounded_f32(uniform_at(edge, step, 77u, 2u));
  w = min_f32(max_f32(rounded_f32(w + rounded_f32(rounded_f32(x * u) * exp_f32(rounded_f32(epoch.end - elapsed)))), 0f), w_max);
  memory_0[64u + synapse] = bitcast<u32>(w);
  memory_0[1088u + synapse] = step + 1u;
  if ((bitcast<u32>(w) & 0x7f800000u) == 0x7f800000u || w < 0f || w > 2f) { fail_edge(1u, edge); }
}
