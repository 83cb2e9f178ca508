// Flow control: a few requests in flight, one pending (the newest wins), each with a sequence number.
// The kernel answers every request with an ack; a watchdog frees the slot of one that it never answers.
export interface InflightOptions {
  readonly window?: number;
  readonly patience?: number;
  readonly next?: () => number;
}

export class Inflight<Request> {
  readonly #flying = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #window: number;
  readonly #patience: number;
  readonly #next: () => number;
  #pending: { request: Request } | null = null;
  #last = 0;

  constructor(
    private readonly send: (seq: number, request: Request) => void,
    options: InflightOptions = {},
  ) {
    this.#window = options.window ?? 1;
    this.#patience = options.patience ?? 10_000;
    this.#next = options.next ?? (() => ++this.#last);
  }

  get free(): boolean {
    return this.#flying.size < this.#window;
  }

  /** Sends now when a slot is free; otherwise keeps this request in place of any older pending one. */
  request(request: Request): void {
    if (this.free) this.#launch(request);
    else this.#pending = { request };
  }

  /** Frees the slot of this sequence number; false for a number that is not in flight. */
  ack(seq: number): boolean {
    const watchdog = this.#flying.get(seq);
    if (watchdog === undefined) return false;
    clearTimeout(watchdog);
    this.#release(seq);
    return true;
  }

  /** Forgets everything; later acks are ignored. */
  dispose(): void {
    for (const watchdog of this.#flying.values()) clearTimeout(watchdog);
    this.#flying.clear();
    this.#pending = null;
  }

  #launch(request: Request): void {
    const seq = this.#next();
    this.#flying.set(seq, setTimeout(() => this.#release(seq), this.#patience));
    this.send(seq, request);
  }

  #release(seq: number): void {
    this.#flying.delete(seq);
    const waiting = this.#pending;
    if (!waiting || !this.free) return;
    this.#pending = null;
    this.#launch(waiting.request);
  }
}
