/** Bits of WebGPU's flags by name; TypeScript's lib.dom leaves out the globals that hold them. Source: https://www.w3.org/TR/webgpu/#buffer-usage */
export const bufferUsage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyDestination: 0x8,
  uniform: 0x40,
  storage: 0x80,
  indirect: 0x100,
  queryResolve: 0x200,
} as const;

/** The mode of `mapAsync`. */
export const mapRead = 0x1;
