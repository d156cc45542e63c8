/** Reads FlatBuffers: tables whose fields are found through a table of offsets. */

/** A table in a buffer; fields are numbered from 0 in the order of the schema. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  /** The root table of a buffer that begins with its own length; throws a RangeError when the bytes end too soon. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, 4 + view.getUint32(4, true));
  }

  int32(field: number, absent = 0): number {
    const at = this.#place(field);
    return at === undefined ? absent : this.#view.getInt32(at, true);
  }

  int64(field: number, absent = 0): number {
    const at = this.#place(field);
    return at === undefined ? absent : Number(this.#view.getBigInt64(at, true));
  }

  text(field: number): string {
    const { start, count } = this.vector(field);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, count));
  }

  /** Where the elements of a vector begin, and how many there are. */
  vector(field: number): { readonly start: number; readonly count: number } {
    const at = this.#place(field);
    if (at === undefined) return { start: 0, count: 0 };
    const start = at + this.#view.getUint32(at, true);
    return { start: start + 4, count: this.#view.getUint32(start, true) };
  }

  get view(): DataView {
    return this.#view;
  }

  #place(field: number): number | undefined {
    const offsets = this.#at - this.#view.getInt32(this.#at, true), slot = 4 + 2 * field;
    if (slot >= this.#view.getUint16(offsets, true)) return undefined;
    const offset = this.#view.getUint16(offsets + slot, true);
    return offset === 0 ? undefined : this.#at + offset;
  }
}
