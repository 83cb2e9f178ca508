// Who answers a drag sooner, measured: the kernel, from a message to its answer, or the network in the page.
export const SLOW = 180; // ms for an answer of the kernel, above which it is worth asking for the network: fewer than six a second
const LAST = 8; // answers that are looked at
const ENOUGH = 4; // before anything is said of the kernel
const SURE = 6; // before the network is asked for
const TRIED = 8; // answers of the page before it is given up
const RESTS = 120; // ms without another place, after which a hand rests
const SELDOM = 500; // ms from one question to the kernel to the next, while the page answers a hand that moves

export class Pace {
  readonly #sent = new Map<number, number>();
  #kernel: number[] = [];
  #page: number[] | null = null;
  #last = -Infinity; // when the kernel was asked

  /** A place of the occluder is on its way to the kernel. */
  sent(seq: number, now: number): void {
    this.#sent.set(seq, now);
    this.#last = now;
  }

  /** The kernel has answered it; other questions are none of a drag. */
  answered(seq: number, now: number): void {
    const began = this.#sent.get(seq);
    if (began === undefined) return;
    this.#sent.clear(); // one is on its way at a time; the answer to an older one was lost
    this.#kernel = [...this.#kernel, now - began].slice(-LAST);
  }

  /** The page has answered in so many ms. The first answer waits until the network is open: both are compared from then on. */
  page(milliseconds: number): void {
    if (this.#page === null) [this.#page, this.#kernel] = [[], []];
    else this.#page = [...this.#page, milliseconds].slice(-TRIED);
  }

  /** ms that a place of a moving hand waits before it is sent, where the page answers: the kernel may share its processors. */
  rest(now: number): number {
    return Math.max(0, Math.min(RESTS, this.#last + SELDOM - now));
  }

  /** ms from a place to the kernel's answer; null: not known yet. */
  get kernel(): number | null {
    return this.#kernel.length < ENOUGH ? null : median(this.#kernel);
  }

  /** Whether the kernel is so slow that the page may be quicker. The soonest answer says so: a long way delays every one of
   * them, busy processors only some, and the page's network would be one more that wants them. */
  get slow(): boolean {
    return this.#kernel.length >= SURE && Math.min(...this.#kernel) > SLOW;
  }

  /** Whether the page was tried and is no quicker. */
  get lost(): boolean {
    const [page, kernel] = [this.#page ?? [], this.kernel];
    return kernel !== null && page.length === TRIED && median(page) >= kernel;
  }

  /** Another network is to be tried. */
  forgetPage(): void {
    this.#page = null;
  }
}

/** The middle one; of an even number of them the larger of the two. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
