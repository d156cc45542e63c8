/* stage advance */
struct Epoch {
  /* Number of the first step, steps, step of the call, and 0 or 1 in turn. */
  first: u32,
  steps: u32,
  call: u32,
  parity: u32,
  /* Seconds at which the first step ends, and the step before it. */
  end: f32,
  earlier: f32,
}
@group(0) @binding(0) var<uniform> epoch: Epoch;
@group(0) @binding(1) var<storage, read_write> control: array<atomic<u32>>;
/* Workgroups of the edges stages: x, y, z of each list, for epochs of either parity. */
@group(0) @binding(2) var<storage, read_write> args: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> own: array<u32>;
@group(0) @binding(4) var<storage, read_write> out: array<u32>;
@group(0) @binding(5) var<storage, read_write> rings: array<u32>;
@group(0) @binding(6) var<storage, read_write> memory_0: array<u32>;
fn stopped(stage: u32) -> bool {
  let begun = select(epoch.call, epoch.call + epoch.steps, stage > 0u);
  let order = epoch.call * 1u + stage;
  if (min(atomicLoad(&control[6u]), min(atomicLoad(&control[7u]), atomicLoad(&control[8u]))) != 0xffffffffu) { return true; }
  return atomicLoad(&control[0u]) < begun * 112u || atomicLoad(&control[1u]) < order || atomicLoad(&control[2u]) < order;
}
const philox_keys = array<vec2u, 10>(
  vec2u(0x00000001u, 0x00000000u),
  vec2u(0x9e3779bau, 0xbb67ae85u),
  vec2u(0x3c6ef373u, 0x76cf5d0au),
  vec2u(0xdaa66d2cu, 0x32370b8fu),
  vec2u(0x78dde6e5u, 0xed9eba14u),
  vec2u(0x1715609eu, 0xa9066899u),
  vec2u(0xb54cda57u, 0x646e171eu),
  vec2u(0x53845410u, 0x1fd5c5a3u),
  vec2u(0xf1bbcdc9u, 0xdb3d7428u),
  vec2u(0x8ff34782u, 0x96a522adu),
);

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

// 16 bits of an element; 32 consecutive elements share one block of four counters.
fn half_word_at(element: u32, step: u32, stream: u32, draw: u32) -> u32 {
  let words = philox(vec4u((element >> 5u) * 4u + (element & 3u), step, stream, draw));
  return (words[(element >> 2u) & 3u] >> (element & 16u)) & 0xffffu;
}

// How many thresholds a word reaches.
fn poisson_0_9_count_bits(word: u32) -> u32 {
  var count = 0u;
  count += u32(word >= 0x6814f300u);
  count += u32(word >= 0xc5c1674du);
  count += u32(word >= 0xefe89ba3u);
  count += u32(word >= 0xfc8df823u);
  count += u32(word >= 0xff666026u);
  count += u32(word >= 0xffe97d1du);
  count += u32(word >= 0xfffd27dbu);
  count += u32(word >= 0xffffaf2eu);
  count += u32(word >= 0xfffff801u);
  count += u32(word >= 0xffffff49u);
  count += u32(word >= 0xfffffff1u);
  count += u32(word >= 0xffffffffu);
  return count;
}

// Poisson counts of mean 0.9. The low 16 bits of a word matter only where its high ones are those of a threshold.
fn poisson_0_9_part_at(element: u32, step: u32, stream: u32, draw: u32) -> u32 {
  let high = half_word_at(element, step, stream, draw) << 16u;
  let count = poisson_0_9_count_bits(high);
  if (count == poisson_0_9_count_bits(high | 0xffffu)) { return count; }
  return poisson_0_9_count_bits(high | half_word_at(element, step, stream, draw + 1073741824u));
}

// Poisson counts of mean 0.9.
fn poisson_0_9_at(element: u32, step: u32, stream: u32, draw: u32) -> f32 { return f32(poisson_0_9_part_at(element, step, stream, draw)); }

// log(x) of a normal number above 0: error <= 1 ulp.
fn log_of_positive_f32(x: f32) -> f32 {
  let exponent = (bitcast<i32>(x) - 0x3f3504f3) >> 23u;
  let e = f32(exponent);
  let f = bitcast<f32>(bitcast<i32>(x) - (exponent << 23u)) - 1f;
  let square = f * f;
  let correction = (f * square) * ((((((((-0.078654066f) * f + 0.12879167f) * f + (-0.13125299f)) * f + 0.14181426f) * f + (-0.1662497f)) * f + 0.20002282f) * f + (-0.25000796f)) * f + 0.33333316f) + e * -2.1219444e-4f;
  let low = (correction - square * 0.5f) + f;
  return low + e * 0.693359375f;
}

// sin(2 pi turn + quarter pi / 2) of a turn in [0, 1]: it loses its quarters exactly, the rest |r| <= 1/8; error <= 1.5 ulp of 1.
fn sine_of_turns_f32(turn: f32, quarter: u32) -> f32 {
  let n = round(turn * 4f);
  let r = turn - n * 0.25f;
  let z = r * r;
  let sine = r * ((((-75.40194f) * z + 81.59255f) * z + (-41.341663f)) * z + 6.2831855f);
  let cosine = z * (((59.249943f * z + (-85.44387f)) * z + 64.93933f) * z + (-19.739208f)) + 1f;
  let quarters = u32(n) + quarter;
  let value = select(sine, cosine, (quarters & 1u) != 0u);
  return bitcast<f32>(bitcast<u32>(value) ^ ((quarters & 2u) << 30u));
}

// Standard normal by the transform of Box and Muller on two words.
fn normal_at(element: u32, step: u32, stream: u32, draw: u32) -> f32 {
  let words = philox(vec4u((element >> 4u) * 4u + (element & 3u), step, stream, draw));
  let pair = select(words.xy, words.zw, (element & 8u) != 0u);
  let radius = sqrt(log_of_positive_f32((f32(pair.x >> 9u) + 0.5f) * 0x1p-23f) * -2f);
  let turn = f32(pair.y >> 8u) * 0x1p-24f;
  // The elements of odd vectors get the sine, those of even ones the cosine, which is the sine of a quarter more.
  let quarter = select(1u, 0u, (element & 4u) != 0u);
  return radius * sine_of_turns_f32(turn, quarter);
}

// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }

fn update_E_lif_delta_0(e: u32, member: u32) {
  if (e >= 100u) { return; }
  var v = bitcast<f32>(memory_0[64u + e]);
  var refractory_steps = bitcast<f32>(memory_0[192u + e]);
  let i = f32(e);
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let poisson_0 = poisson_0_9_at(e, step, 2067969662u, 4096u);
    let noise_1 = normal_at(e, step, 2067969662u, 4097u);
    let v_before = v;
    refractory_steps = rounded_f32(refractory_steps - 1f);
    v = select(rounded_f32(rounded_f32(rounded_f32(rounded_f32(0.99501246f * v) + rounded_f32(0.000009975041f * noise_1)) + 0.0000049875207f) + rounded_f32(0.0001f * poisson_0)), v, (refractory_steps > 0f));
    let spiked = ((!(refractory_steps > 0f)) & (v >= 0.02f));
    if (spiked) {
      v = 0.01f;
      refractory_steps = 21f;
    }
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&control[0u], row * 112u + 0u + e);
      v = v_before;
      break;
    }
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 112u + 0u + e;
    }
  }
  memory_0[64u + e] = bitcast<u32>(v);
  memory_0[192u + e] = bitcast<u32>(refractory_steps);
}
@compute @workgroup_size(64)
fn advance(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let group = place.y * 32768u + place.x;
  if (stopped(0u)) { return; }
  var first = 0u;
  var family = 1u;
  var member = 0u;
  if (group < 2u) { first = 0u; family = 0u; member = 0u; }
  let e = (group - first) * 64u + local.x;
  switch (family) {
    case 0u: { update_E_lif_delta_0(e, member); }
    default: {}
  }
}

