/** Arrays that grow as numbers are added. */

export class GrowingU32 {
  values = new Uint32Array(1024);
  length = 0;

  reserve(extra: number): void {
    if (this.length + extra <= this.values.length) return;
    const larger = new Uint32Array(Math.max(2 * this.values.length, this.length + extra));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  push(value: number): void {
    this.reserve(1);
    this.values[this.length++] = value;
  }

  taken(): Uint32Array {
    return this.values.slice(0, this.length);
  }
}

export class GrowingF64 {
  values = new Float64Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  taken(): Float64Array {
    return this.values.slice(0, this.length);
  }
}
