// Bytes from the kernel, piece by piece, so that no answer waits behind all of them; network_pane.py sends them.
import type { Bytes } from "../../engine/thread";
import type { Channel, Flight } from "../../link/link";
import { number, take, text, type Frame } from "../../link/protocol";

const PIECE = 2 ** 19; // bytes
const AT_ONCE = 2; // pieces on their way

export class Parcels {
  readonly #files: Record<string, Bytes>;
  readonly #waiting: (readonly [name: string, first: number])[];
  readonly #missing: Set<string>;
  readonly #flight: Flight;

  /** Fetches files of these sizes, which are those of the network's `turn`. */
  constructor(
    link: Channel,
    private readonly turn: number,
    sizes: Readonly<Record<string, number>>,
    private readonly complete: (files: Record<string, Bytes>) => void,
  ) {
    this.#files = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, new Uint8Array(size)]));
    this.#waiting = Object.entries(sizes).flatMap(([name, size]) => Array.from({ length: Math.ceil(size / PIECE) }, (_, piece) => [name, piece * PIECE] as const));
    this.#missing = new Set(this.#waiting.map(keyOf));
    this.#flight = link.flight(AT_ONCE);
    for (let i = 0; i < AT_ONCE; i++) this.#next();
  }

  /** Takes a frame with one piece, and asks for the next; one that came before is left alone. */
  take(frame: Frame): void {
    const [name, first] = [text(frame.meta, "name"), number(frame.meta, "first", -1)];
    const piece = take(frame, "bytes", "uint8", 1);
    if (!piece || frame.meta.turn !== this.turn || !this.#missing.delete(keyOf([name, first]))) return;
    this.#files[name]!.set(piece.values, first);
    if (this.#missing.size === 0) this.complete(this.#files);
    else this.#next();
  }

  /** Asks for no more. */
  end(): void {
    this.#waiting.length = 0;
    this.#flight.dispose();
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next) this.#flight.request({ kind: "part", meta: { name: next[0], first: next[1], count: PIECE, turn: this.turn }, arrays: {} });
  }
}

const keyOf = ([name, first]: readonly [name: string, first: number]): string => `${name}:${first}`;
