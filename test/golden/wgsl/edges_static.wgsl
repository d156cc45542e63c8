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
@group(0) @binding(7) var<storage, read> memory_1: array<u32>;
fn stopped(stage: u32) -> bool {
  let begun = select(epoch.call, epoch.call + epoch.steps, stage > 0u);
  let order = epoch.call * 2u + stage;
  if (min(atomicLoad(&control[6u]), min(atomicLoad(&control[7u]), atomicLoad(&control[8u]))) != 0xffffffffu) { return true; }
  return atomicLoad(&control[0u]) < begun * 176u || atomicLoad(&control[1u]) < order || atomicLoad(&control[2u]) < order;
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

/* Makes room for the lists of the next epoch. */
fn forget_items(list: u32) {
  let other = (1u - epoch.parity) * 1u + list;
  atomicStore(&control[9u + other], 0u);
  atomicStore(&args[4u * other], 0u);
  atomicStore(&args[4u * other + 1u], 1u);
  atomicStore(&args[4u * other + 2u], 1u);
}
fn items_of(first: u32, end: u32) -> u32 {
  return (end - first + 63u) / 64u;
}
/* The place of the first of some new items, for which workgroups are added. */
fn reserve_items(list: u32, items: u32) -> u32 {
  let slot = epoch.parity * 1u + list;
  let at = atomicAdd(&control[9u + slot], items);
  atomicMax(&args[4u * slot], min(at + items, 32768u));
  atomicMax(&args[4u * slot + 1u], (at + items + 32767u) / 32768u);
  return at;
}
/* Cuts edges first … end − 1 into items; returns the place behind the last. */
fn push_items(list: u32, at: u32, first: u32, end: u32, what: u32) -> u32 {
  var place = at;
  for (var edge = first; edge < end; edge += 64u) {
    own[list + 2u * place] = edge;
    own[list + 2u * place + 1u] = what | ((min(end - edge, 64u) - 1u) << 6u);
    place++;
  }
  return place;
}
/* The same for edges that ask for their element. */
fn push_items_of(list: u32, at: u32, first: u32, end: u32, what: u32, element: u32) -> u32 {
  var place = at;
  for (var edge = first; edge < end; edge += 64u) {
    own[list + 3u * place] = edge;
    own[list + 3u * place + 1u] = what | ((min(end - edge, 64u) - 1u) << 6u);
    own[list + 3u * place + 2u] = element;
    place++;
  }
  return place;
}
fn update_E_lif_delta_0(e: u32, member: u32) {
  if (e >= 100u) { return; }
  var v = bitcast<f32>(memory_0[64u + e]);
  var refractory_steps = bitcast<f32>(memory_0[192u + e]);
  let i = f32(e);
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let sum_at_1 = 0u + (step % 30u) * 112u + e;
    var arriving_v = f32(bitcast<i32>(rings[sum_at_1])) * 7.275957614183426e-12f;
    let v_before = v;
    refractory_steps = rounded_f32(refractory_steps - 1f);
    v = select(rounded_f32(rounded_f32(0.99501246f * v) + arriving_v), v, (refractory_steps > 0f));
    let spiked = ((!(refractory_steps > 0f)) & (v >= 0.02f));
    if (spiked) {
      v = 0.01f;
      refractory_steps = 21f;
    }
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&control[0u], row * 176u + 0u + e);
      v = v_before;
      break;
    }
    rings[sum_at_1] = 0u;
    if ((step & 15u) == 15u) {
      if (abs(v) < 1e-30f) { v = 0.0f; }
    }
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 176u + 0u + e;
      {
        let from_0_0 = memory_1[64u + e];
        let to_0_0 = memory_1[64u + (e + 1u)];
        let from_0_1 = memory_1[192u + e];
        let to_0_1 = memory_1[192u + (e + 1u)];
        let items = items_of(from_0_0, to_0_0) + items_of(from_0_1, to_0_1);
        var next = reserve_items(0u, items);
        next = push_items(0u, next, from_0_0, to_0_0, 0u | s);
        next = push_items(0u, next, from_0_1, to_0_1, 65536u | s);
      }
    }
  }
  memory_0[64u + e] = bitcast<u32>(v);
  memory_0[192u + e] = bitcast<u32>(refractory_steps);
}
fn update_I_lif_delta_1(e: u32, member: u32) {
  if (e >= 50u) { return; }
  var v = bitcast<f32>(memory_0[320u + e]);
  var refractory_steps = bitcast<f32>(memory_0[448u + e]);
  let i = f32(e);
  for (var s = 0u; s < epoch.steps; s++) {
    let step = epoch.first + s;
    let row = epoch.call + s;
    let sum_at_1 = 3360u + (step % 15u) * 64u + e;
    var arriving_v = f32(bitcast<i32>(rings[sum_at_1])) * 3.637978807091713e-12f;
    let v_before = v;
    refractory_steps = rounded_f32(refractory_steps - 1f);
    v = select(rounded_f32(rounded_f32(0.99501246f * v) + arriving_v), v, (refractory_steps > 0f));
    let spiked = ((!(refractory_steps > 0f)) & (v >= 0.02f));
    if (spiked) {
      v = 0.01f;
      refractory_steps = 21f;
    }
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&control[0u], row * 176u + 112u + e);
      v = v_before;
      break;
    }
    rings[sum_at_1] = 0u;
    if ((step & 15u) == 15u) {
      if (abs(v) < 1e-30f) { v = 0.0f; }
    }
    if (spiked) {
      let at = atomicAdd(&control[3u], 1u);
      out[at] = row * 176u + 112u + e;
      {
        let from_0_0 = memory_1[320u + e];
        let to_0_0 = memory_1[320u + (e + 1u)];
        let items = items_of(from_0_0, to_0_0);
        var next = reserve_items(0u, items);
        push_items(0u, next, from_0_0, to_0_0, 131072u | s);
      }
    }
  }
  memory_0[320u + e] = bitcast<u32>(v);
  memory_0[448u + e] = bitcast<u32>(refractory_steps);
}
@compute @workgroup_size(64)
fn advance(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let group = place.y * 32768u + place.x;
  if (group == 0u && local.x < 1u) { forget_items(local.x); }
  if (stopped(0u)) { return; }
  var first = 0u;
  var family = 2u;
  var member = 0u;
  if (group < 2u) { first = 0u; family = 0u; member = 0u; } else if (group < 3u) { first = 2u; family = 1u; member = 0u; }
  let e = (group - first) * 64u + local.x;
  switch (family) {
    case 0u: { update_E_lif_delta_0(e, member); }
    case 1u: { update_I_lif_delta_1(e, member); }
    default: {}
  }
}

/* stage deliver */
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
@group(0) @binding(2) var<storage, read> own: array<u32>;
@group(0) @binding(3) var<storage, read_write> rings: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read> memory_1: array<u32>;
fn stopped(stage: u32) -> bool {
  let begun = select(epoch.call, epoch.call + epoch.steps, stage > 0u);
  let order = epoch.call * 2u + stage;
  if (min(atomicLoad(&control[6u]), min(atomicLoad(&control[7u]), atomicLoad(&control[8u]))) != 0xffffffffu) { return true; }
  return atomicLoad(&control[0u]) < begun * 176u || atomicLoad(&control[1u]) < order || atomicLoad(&control[2u]) < order;
}
/* A sum that its ring cannot hold. */
fn fail_sum(index: u32) {
  atomicMin(&control[2u], epoch.call * 2u + 1u);
}
/* An edge that left the limits of its kernel. */
fn fail_edge(kernel: u32, edge: u32) {
  atomicMin(&control[1u], epoch.call * 2u + 1u);
  atomicMin(&control[9u + kernel], edge);
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

fn half_of(word: u32, index: u32) -> u32 { return (word >> ((index & 1u) << 4u)) & 0xffffu; }

/* deliver_E_I */
fn deliver_0(member: u32, element: u32, first: u32, end: u32, s: u32, step: u32, lane: u32) {
  let slot = (step + 15u) % 15u;
  for (var turn = 0u; turn < 1u; turn++) {
    let edge = first + turn * 64u + lane;
    if (edge >= end) { break; }
    let goal = half_of(memory_1[448u + (((edge) >> 1u))], edge);
    let index = 3360u + (slot) * 64u + goal;
    atomicAdd(&rings[index], 54975580u);
  }
}
/* deliver_E_E */
fn deliver_1(member: u32, element: u32, first: u32, end: u32, s: u32, step: u32, lane: u32) {
  let slot = (step + 15u) % 30u;
  for (var turn = 0u; turn < 1u; turn++) {
    let edge = first + turn * 64u + lane;
    if (edge >= end) { break; }
    let goal = half_of(memory_1[768u + (((edge) >> 1u))], edge);
    let index = 0u + (slot) * 112u + goal;
    atomicAdd(&rings[index], bitcast<u32>(i32(round(bitcast<f32>(memory_1[1344u + edge]) * 137438953472f))));
  }
}
/* deliver_I_E */
fn deliver_2(member: u32, element: u32, first: u32, end: u32, s: u32, step: u32, lane: u32) {
  let slot = (step + 0u) % 30u;
  for (var turn = 0u; turn < 1u; turn++) {
    let edge = first + turn * 64u + lane;
    if (edge >= end) { break; }
    let goal = memory_1[2368u + edge];
    let far = slot * 112u + goal;
    let near = far - select(0u, 3360u, far >= 3360u);
    let index = 0u + near;
    atomicAdd(&rings[index], bitcast<u32>(i32(round(bitcast<f32>(memory_1[2944u + edge]) * 137438953472f))));
  }
}
@compute @workgroup_size(64)
fn deliver(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let item = place.y * 32768u + place.x;
  if (item >= atomicLoad(&control[9u + epoch.parity * 1u]) || stopped(1u)) { return; }
  let first = own[0u + 2u * item];
  let what = own[1u + 2u * item];
  let element = 0u;
  let end = first + ((what >> 6u) & 1023u) + 1u;
  let s = what & 63u;
  let step = epoch.first + s;
  let consumer = what >> 16u;
  let member = own[5000u + consumer];
  switch (own[5003u + consumer]) {
    case 0u: { deliver_0(member, element, first, end, s, step, local.x); }
    case 1u: { deliver_1(member, element, first, end, s, step, local.x); }
    case 2u: { deliver_2(member, element, first, end, s, step, local.x); }
    default: {}
  }
}

