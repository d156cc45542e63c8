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
  return atomicLoad(&control[0u]) < begun * 256u || atomicLoad(&control[1u]) < order || atomicLoad(&control[2u]) < order;
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

// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }

// The first operand stays when a comparison with NaN is false.
fn min_f32(a: f32, b: f32) -> f32 { return select(a, b, b < a); }

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

fn update_E_lif_delta_0(e: u32, member: u32) {
  let p_at = 2048u + member * 5u;
  let p_0 = own[p_at + 0u];
  let p_1 = own[p_at + 1u];
  let p_2 = own[p_at + 2u];
  let p_3 = bitcast<f32>(own[p_at + 3u]);
  let p_4 = own[p_at + 4u];
  if (e >= p_0) { return; }
  var v = bitcast<f32>(memory_0[p_1 + e]);
  var refractory_steps = bitcast<f32>(memory_0[p_2 + e]);
  let i = f32(e);
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let v_before = v;
    refractory_steps = rounded_f32(refractory_steps - 1f);
    v = select(rounded_f32(p_3 * v), v, (refractory_steps > 0f));
    let spiked = ((!(refractory_steps > 0f)) & (v >= 0.02f));
    if (spiked) {
      v = 0.01f;
      refractory_steps = 21f;
    }
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&control[0u], row * 256u + p_4 + e);
      v = v_before;
      break;
    }
    if ((step & 15u) == 15u) {
      if (abs(v) < 1e-30f) { v = 0.0f; }
    }
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 256u + p_4 + e;
    }
  }
  memory_0[p_1 + e] = bitcast<u32>(v);
  memory_0[p_2 + e] = bitcast<u32>(refractory_steps);
}
fn update_Z_izhikevich_1(e: u32, member: u32) {
  if (e >= 30u) { return; }
  var v = bitcast<f32>(memory_0[576u + e]);
  var u = bitcast<f32>(memory_0[640u + e]);
  var i_syn = bitcast<f32>(memory_0[704u + e]);
  let i = f32(e);
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let v_before = v;
    let u_before = u;
    let i_syn_before = i_syn;
    i_syn = 0f;
    var v_half = rounded_f32(v + rounded_f32(0.05f * rounded_f32(rounded_f32(rounded_f32(rounded_f32(40f * rounded_f32(v * v)) + rounded_f32(5f * v)) + 0.14f) - u)));
    var v_new = rounded_f32(v_half + rounded_f32(0.05f * rounded_f32(rounded_f32(rounded_f32(rounded_f32(40f * rounded_f32(v_half * v_half)) + rounded_f32(5f * v_half)) + 0.14f) - u)));
    var u_new = rounded_f32(u + rounded_f32(0.002f * rounded_f32(rounded_f32(0.2f * v_new) - u)));
    v = v_new;
    u = u_new;
    let spiked = (v >= 0.03f);
    if (spiked) {
      v = (-0.065f);
      u = rounded_f32(u + 0.008f);
    }
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(u) & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(i_syn) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&control[0u], row * 256u + 176u + e);
      v = v_before;
      u = u_before;
      i_syn = i_syn_before;
      break;
    }
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 256u + 176u + e;
    }
  }
  memory_0[576u + e] = bitcast<u32>(v);
  memory_0[640u + e] = bitcast<u32>(u);
  memory_0[704u + e] = bitcast<u32>(i_syn);
}
fn update_A_adex_current_2(e: u32, member: u32) {
  if (e >= 20u) { return; }
  var v = bitcast<f32>(memory_0[768u + e]);
  var w = bitcast<f32>(memory_0[832u + e]);
  var i_ex = bitcast<f32>(memory_0[896u + e]);
  var i_in = bitcast<f32>(memory_0[960u + e]);
  var refractory_steps = bitcast<f32>(memory_0[1024u + e]);
  let i = f32(e);
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let v_before = v;
    let w_before = w;
    let i_ex_before = i_ex;
    let i_in_before = i_in;
    refractory_steps = rounded_f32(refractory_steps - 1f);
    var common_1 = min_f32(v, 0f);
    var w_new = rounded_f32(w + rounded_f32(0.00069444446f * rounded_f32(rounded_f32(4e-9f * rounded_f32(common_1 - (-0.0706f))) - w)));
    v = select(rounded_f32(v + rounded_f32(355871.88f * rounded_f32(rounded_f32(rounded_f32(rounded_f32(rounded_f32(3e-8f * rounded_f32((-0.0706f) - common_1)) + rounded_f32(6e-11f * exp_f32(rounded_f32(500f * rounded_f32(common_1 - (-0.0504f)))))) - w) + i_ex) + i_in))), v, (refractory_steps > 0f));
    w = w_new;
    i_ex = rounded_f32(i_ex - rounded_f32(0.02f * i_ex));
    i_in = rounded_f32(i_in - rounded_f32(0.01f * i_in));
    let spiked = ((!(refractory_steps > 0f)) & (v >= 0f));
    if (spiked) {
      v = (-0.0706f);
      w = rounded_f32(w + 8.05e-11f);
      refractory_steps = 0f;
    }
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(w) & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(i_ex) & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(i_in) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&control[0u], row * 256u + 208u + e);
      v = v_before;
      w = w_before;
      i_ex = i_ex_before;
      i_in = i_in_before;
      break;
    }
    if ((step & 15u) == 15u) {
      if (abs(i_ex) < 1e-30f) { i_ex = 0.0f; }
      if (abs(i_in) < 1e-30f) { i_in = 0.0f; }
    }
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 256u + 208u + e;
    }
  }
  memory_0[768u + e] = bitcast<u32>(v);
  memory_0[832u + e] = bitcast<u32>(w);
  memory_0[896u + e] = bitcast<u32>(i_ex);
  memory_0[960u + e] = bitcast<u32>(i_in);
  memory_0[1024u + e] = bitcast<u32>(refractory_steps);
}
fn source_3(e: u32, member: u32) {
  if (e >= 5u) { return; }
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let spiked = ((own[row * 1u + 0u + (e >> 5u)] >> (e & 31u)) & 1u) == 1u;
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 256u + 240u + e;
    }
  }
}
@compute @workgroup_size(64)
fn advance(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let group = place.y * 32768u + place.x;
  if (stopped(0u)) { return; }
  var first = 0u;
  var family = 4u;
  var member = 0u;
  if (group < 2u) { first = 0u; family = 0u; member = 0u; } else if (group < 3u) { first = 2u; family = 0u; member = 1u; } else if (group < 4u) { first = 3u; family = 1u; member = 0u; } else if (group < 5u) { first = 4u; family = 2u; member = 0u; } else if (group < 6u) { first = 5u; family = 3u; member = 0u; }
  let e = (group - first) * 64u + local.x;
  switch (family) {
    case 0u: { update_E_lif_delta_0(e, member); }
    case 1u: { update_Z_izhikevich_1(e, member); }
    case 2u: { update_A_adex_current_2(e, member); }
    case 3u: { source_3(e, member); }
    default: {}
  }
}

