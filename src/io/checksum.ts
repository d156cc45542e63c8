/**
 * CRC-32 of bytes as used by PNG and ZIP (polynomial 0xEDB88320, reflected), eight bytes at a time with eight tables.
 *
 * @source ISO 3309; "slicing-by-8": Kounavis & Berry (2008), IEEE Trans. Comput. 57:1550-1560. doi:10.1109/TC.2008.85
 */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      tables[0x700 | (crc & 255)]! ^
      tables[0x600 | ((crc >>> 8) & 255)]! ^
      tables[0x500 | ((crc >>> 16) & 255)]! ^
      tables[0x400 | (crc >>> 24)]! ^
      tables[0x300 | bytes[i + 4]!]! ^
      tables[0x200 | bytes[i + 5]!]! ^
      tables[0x100 | bytes[i + 6]!]! ^
      tables[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[i]!) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

const tables: Readonly<Record<number, number>> = makeTables();

function makeTables(): Uint32Array {
  const all = new Uint32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    all[n] = value;
  }
  for (let k = 1; k < 8; k++) {
    for (let n = 0; n < 256; n++) {
      const previous = all[(k - 1) * 256 + n]!;
      all[k * 256 + n] = (previous >>> 8) ^ all[previous & 255]!;
    }
  }
  return all;
}
