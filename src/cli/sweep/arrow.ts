/** The optional package apache-arrow, loaded when first needed. */
import { UnsupportedError } from "../../errors.ts";

interface DataType { readonly typeId: unknown }

/** What of the package is used here. */
export interface Arrow {
  readonly Float64: new () => DataType;
  readonly Bool: new () => DataType;
  readonly Utf8: new () => DataType;
  readonly Table: new (columns: Readonly<Record<string, object>>) => object;
  vectorFromArray(values: readonly unknown[], type: DataType): object;
  tableToIPC(table: object, kind: "file" | "stream"): Uint8Array;
}

/** @throws {UnsupportedError} when it is not installed */
export async function loadArrow(): Promise<Arrow> {
  // A name that the compiler does not follow: the package's types are for a later Node.
  const name: string = "apache-arrow";
  try {
    return (await import(name)) as Arrow;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UnsupportedError("no-arrow", "Arrow tables need the package apache-arrow, which is not installed",
      "Install it with npm i apache-arrow@21.2.0, or use --format csv,npz.");
  }
}
