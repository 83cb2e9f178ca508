// The Explorer's link, with a second source of answers beside the kernel: what is asked and sent is told to it, what the
// kernel answers is shown where it agrees, and its own answers are shown as if the kernel had sent them.
import type { Channel, Flight, Listener, Request } from "../../link/link";
import type { Arrays, Frame, Meta } from "../../link/protocol";

export interface Second {
  /** Something is wanted; it may be sent later, or be overtaken. */
  wanted(request: Request): void;
  sent(seq: number, request: Request): void;
  /** ms for which the kernel need not be asked, unless something newer is wanted until then. */
  rest(request: Request): number;
  /** Whether a frame of the kernel, an ack too, is shown. */
  admits(frame: Frame): boolean;
}

export class Beside implements Channel {
  second: Second | null = null;
  readonly #last = new Map<string, Frame>();
  readonly #listeners = new Set<Listener>();
  readonly #requests: Flight;

  constructor(private readonly kernel: Channel) {
    this.#requests = this.flight();
    kernel.listen((frame) => (this.second?.admits(frame) === false ? undefined : this.show(frame)));
  }

  get free(): boolean {
    return this.#requests.free;
  }

  /** Hands a frame to everybody who listens. */
  show(frame: Frame): void {
    if (frame.kind !== "ack") this.#last.set(frame.kind, frame);
    for (const listener of [...this.#listeners]) listener(frame);
  }

  last(kind: string): Frame | null {
    return this.#last.get(kind) ?? null;
  }

  listen(listener: Listener, signal?: AbortSignal): void {
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  request(kind: string, meta: Meta = {}, arrays: Arrays = {}): void {
    this.#requests.request({ kind, meta, arrays });
  }

  flight(window = 1): Flight {
    const flight = this.kernel.flight(window, (seq, request) => this.second?.sent(seq, request));
    let waiting: ReturnType<typeof setTimeout> | undefined;
    return {
      get free() {
        return flight.free;
      },
      request: (request) => {
        clearTimeout(waiting);
        this.second?.wanted(request);
        const rest = this.second?.rest(request) ?? 0;
        if (rest > 0) waiting = setTimeout(() => flight.request(request), rest);
        else flight.request(request);
      },
      dispose: () => {
        clearTimeout(waiting);
        flight.dispose();
      },
    };
  }

  post(kind: string, meta: Meta = {}, arrays: Arrays = {}): number {
    return this.kernel.post(kind, meta, arrays);
  }
}
