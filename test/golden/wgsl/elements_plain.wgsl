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
    let v_before = v;
    refractory_steps = rounded_f32(refractory_steps - 1f);
    v = select(rounded_f32(0.99501246f * v), v, (refractory_steps > 0f));
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
    if ((step & 15u) == 15u) {
      if (abs(v) < 1e-30f) { v = 0.0f; }
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

