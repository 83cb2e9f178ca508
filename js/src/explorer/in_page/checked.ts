// What the page answered, held against what the kernel answers to the same places: they differ where weights were changed
// since, or where the network is not the same in the page after all.
import type { Box } from "../../arithmetic/box";

const KEPT = 100; // answers of the page that the kernel may still come to
const TOLERANCE = 0.02; // of what the kernel's values span; rounding is a thousandth of that

export class Checked {
  readonly #values = new Map<string, Float32Array>();

  /** What the page's bars show for a place. */
  answered(box: Box | null, values: Float32Array): void {
    this.#values.set(JSON.stringify(box), values);
    if (this.#values.size > KEPT) this.#values.delete(this.#values.keys().next().value!);
  }

  /** Whether the kernel's bars for a place are those that the page showed, if it did. */
  agrees(box: Box | null, values: Float32Array): boolean {
    const own = this.#values.get(JSON.stringify(box));
    if (!own) return true;
    const span = values.reduce((most, value) => Math.max(most, value), -Infinity) - values.reduce((least, value) => Math.min(least, value), Infinity);
    return own.length === values.length && values.every((value, i) => Math.abs(value - own[i]!) <= TOLERANCE * span + 1e-6);
  }

  forget(): void {
    this.#values.clear();
  }
}
