// One connection per model: receives frames once, keeps the last of each kind, and hands them to every view.
import { Inflight } from "./inflight";
import type { Model } from "./model";
import type { CommonTraits } from "./traits";
import { pack, unpackAll, type Arrays, type Frame, type Meta } from "./protocol";

const GONE = "The kernel of this notebook has ended or was restarted: run the cell again.";
export type Listener = (frame: Frame) => void;
export interface Request {
  readonly kind: string;
  readonly meta: Meta;
  readonly arrays: Arrays;
}

/** What a page saved by ipywidgets.embed has besides the traits. */
interface Embedded {
  readonly _last?: { readonly message?: unknown; readonly buffers?: DataView[] };
}

/** What a view sends and receives through: a model's link, or the part of it that belongs to one pane. */
export interface Channel {
  readonly free: boolean;
  last(kind: string): Frame | null;
  listen(listener: Listener, signal?: AbortSignal): void;
  request(kind: string, meta?: Meta, arrays?: Arrays): void;
  flight(window?: number, sent?: Sent): Flight;
  post(kind: string, meta?: Meta, arrays?: Arrays): number;
}
/** Flow control of some questions. */
export interface Flight {
  readonly free: boolean;
  request(request: Request): void;
  dispose(): void;
}
/** Is told what is sent under flow control, as it is sent. */
export type Sent = (seq: number, request: Request) => void;

export class Link implements Channel {
  readonly #last = new Map<string, Frame>();
  readonly #listeners = new Set<Listener>();
  readonly #flights = new Set<Inflight<Request>>();
  readonly #requests: Inflight<Request>;
  #seq = 0;

  constructor(
    private readonly model: Model<object>,
    window = 1,
  ) {
    this.#requests = this.flight(window);
    model.on("msg:custom", this.#receive);
  }

  /** Seq of the last frame sent with a number. */
  get seq(): number {
    return this.#seq;
  }

  get free(): boolean {
    return this.#requests.free;
  }

  /** Last frame of a kind, or null. */
  last(kind: string): Frame | null {
    return this.#last.get(kind) ?? null;
  }

  /** Calls back with every frame from now on, acks included, until the signal aborts. */
  listen(listener: Listener, signal?: AbortSignal): void {
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /** Sends a frame that nobody answers. Where there is no kernel any more, the pane says so. */
  send(kind: string, meta: Meta = {}, arrays: Arrays = {}, seq = 0): void {
    const [message, buffers] = pack(kind, seq, meta, arrays);
    try {
      this.model.send(message, undefined, buffers);
    } catch {
      (this.model as unknown as Model<CommonTraits>).set("notice", GONE);
    }
  }

  /** Sends a frame under flow control: a newer one replaces one that is still waiting. */
  request(kind: string, meta: Meta = {}, arrays: Arrays = {}): void {
    this.#requests.request({ kind, meta, arrays });
  }

  /** Flow control of its own, for questions that must neither wait for others nor replace them. */
  flight(window = 1, sent?: Sent): Inflight<Request> {
    const send = (seq: number, request: Request): void => {
      sent?.(seq, request);
      this.send(request.kind, request.meta, request.arrays, seq);
    };
    const flight = new Inflight<Request>(send, { window, next: () => ++this.#seq });
    this.#flights.add(flight);
    return flight;
  }

  /** Sends a frame that waits behind no other and is replaced by none; its seq. */
  post(kind: string, meta: Meta = {}, arrays: Arrays = {}): number {
    this.send(kind, meta, arrays, ++this.#seq);
    return this.#seq;
  }

  /** Shows the frames that a page without a kernel was saved with, if there are any; see LiveWidget._get_embed_state. */
  replay(): void {
    const { message, buffers } = (this.model as Model<Embedded>).get("_last") ?? {};
    if (message) this.#receive(message, buffers ?? []);
  }

  close(): void {
    this.model.off("msg:custom", this.#receive);
    for (const flight of this.#flights) flight.dispose();
    this.#listeners.clear();
  }

  readonly #receive = (message: unknown, buffers: DataView[]): void => {
    let frames: Frame[];
    try {
      frames = unpackAll(message, buffers ?? []);
    } catch (error) {
      console.warn(`[deepvis] a frame was dropped: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    for (const frame of frames) this.#hand(frame);
  };

  #hand(frame: Frame): void {
    if (frame.kind === "ack") for (const flight of this.#flights) flight.ack(frame.seq);
    else this.#last.set(frame.kind, frame);
    for (const listener of [...this.#listeners]) listener(frame);
  }
}
