// The value itself, rounded to f32: what is around it is not rearranged with what made it.
fn rounded_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x)); }

/* Adds an f32 exactly (below 2^-80 rounded) to a sum of three words in units of 2^-80. */
fn add_wide(index: u32, value: f32) {
  let bits = bitcast<u32>(value);
  let exponent = (bits >> 23u) & 0xffu;
  if (exponent == 0u) { return; }
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let shift = i32(exponent) - 150 + 80;
  if (shift > 70) {
    fail_sum(index);
    return;
  }
  if (shift < -24) { return; }
  var low = 0u;
  var middle = 0u;
  var high = 0u;
  if (shift < 0) {
    low = (mantissa + (1u << u32(-shift - 1))) >> u32(-shift);
  } else {
    let word = u32(shift) / 32u;
    let bit = u32(shift) % 32u;
    let lower = mantissa << bit;
    let upper = select(mantissa >> (32u - bit), 0u, bit == 0u);
    low = select(0u, lower, word == 0u);
    middle = select(select(0u, lower, word == 1u), upper, word == 0u);
    high = select(select(0u, lower, word == 2u), upper, word == 1u);
  }
  if ((bits >> 31u) == 1u) {
    low = ~low + 1u;
    middle = ~middle + select(0u, 1u, low == 0u);
    high = ~high + select(0u, 1u, low == 0u && middle == 0u);
  }
  var carry = 0u;
  if (atomicAdd(&rings[index], low) > 0xffffffffu - low) { carry = 1u; }
  if (middle != 0u || carry != 0u) {
    let sum = middle + carry;
    carry = select(0u, 1u, sum < middle);
    if (atomicAdd(&rings[index + 1u], sum) > 0xffffffffu - sum) { carry += 1u; }
  }
  if (high + carry != 0u) { atomicAdd(&rings[index + 2u], high + carry); }
}

let i = f32(element - 2u);
let age = (memory_1[64u + first] / 64u);
let x_before = bitcast<f32>(memory_1[1088u + (((step + 14u - age) % 7u) * 64u + element)]);
var x = rounded_f32(x_before * 0.9f);
let slot_0 = (step + 1u) % 4u;
for (each edge) {
  let word = memory_1[64u + edge];
  let other = word % 64u;
  var y = bitcast<f32>(memory_1[2112u + other]);
  var w = bitcast<f32>(memory_0[64u + edge]);
  let w_max = bitcast<f32>(memory_1[3136u + edge]);
  w = rounded_f32(w + rounded_f32(x * rounded_f32(i - f32(other - 3u))));
  memory_0[64u + edge] = bitcast<u32>(w);
  if ((bitcast<u32>(w) & 0x7f800000u) == 0x7f800000u || w < 0f || w > 2f) { fail_edge(1u, edge); }
  {
    let index = 0u + 3u * ((slot_0) * 64u + other);
    add_wide(index, w);
  }
}
