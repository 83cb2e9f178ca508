// Which of two answers is the newer one. The places of the occluder are numbered as the hand takes them; the kernel says for
// which place its next frames are.
import type { Box } from "../../arithmetic/box";

const KEPT = 1000; // places whose numbers are known; more than a drag of half a minute has

export class Order {
  readonly #numbers = new Map<string, number>();
  #now = 0;
  /** the place that the kernel's next frames are for */
  #for: string;
  /** of the newest answer of the kernel that was shown */
  #kernel = -1;
  /** kind of a frame → the number of the page's answer that is shown there */
  readonly #page = new Map<string, number>();

  constructor(box: Box | null) {
    this.#for = keyOf(box);
    this.#numbers.set(this.#for, 0);
  }

  /** Number of where the occluder is now. */
  get now(): number {
    return this.#now;
  }

  /** The occluder is here now; its number. */
  moved(box: Box | null): number {
    const key = keyOf(box);
    this.#numbers.delete(key); // where the hand was before is where it is now: what was asked then is right again
    this.#numbers.set(key, ++this.#now);
    if (this.#numbers.size > KEPT) this.#numbers.delete(this.#numbers.keys().next().value!);
    return this.#now;
  }

  /** The kernel's next frames are for this place. */
  kernelIsAt(box: Box | null): void {
    this.#for = keyOf(box);
  }

  /** Whether a frame of the kernel is shown: it is not where an answer of the page to a later place is. */
  admits(kind: string): boolean {
    const [at, shown] = [this.#numbers.get(this.#for) ?? -1, this.#page.get(kind) ?? -1];
    if (at < shown) return false;
    this.#page.delete(kind);
    this.#kernel = Math.max(this.#kernel, at);
    return true;
  }

  /** Whether the page's answer to this number is shown: it is not once the kernel has answered that, or a later one. */
  takes(number: number): boolean {
    return number > this.#kernel;
  }

  /** The page's answer to this number is shown in frames of these kinds. */
  shows(number: number, kinds: Iterable<string>): void {
    for (const kind of kinds) this.#page.set(kind, number);
  }

  /** Nothing of the page is shown any more: all that the kernel sends is newer. */
  forget(): void {
    this.#page.clear();
    this.#kernel = -1;
  }
}

const keyOf = (box: Box | null): string => JSON.stringify(box);
