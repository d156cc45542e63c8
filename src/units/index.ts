/** Physical quantities over mathjs units. */
export * from "./dimension.ts";
export * from "./quantity.ts";
export { findUnit, isReservedUnitName, unitNames } from "./names.ts";
export type { NamedUnit } from "./names.ts";
