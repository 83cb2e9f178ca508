// A widget's model without a kernel: its traits, and what is said about them.
import type { Model } from "../link/model";
import type { Message } from "../link/protocol";

type Callback = (...given: unknown[]) => void;
/** What stands in for the kernel: it hears what the module sends, and what it saved. */
export interface Kernel {
  receive(message: Message, buffers: readonly ArrayBuffer[]): void;
  saved?(traits: Record<string, unknown>): void;
}

export class StubModel implements Model<Record<string, unknown>> {
  kernel: Kernel = { receive: () => undefined };
  readonly #traits: Record<string, unknown>;
  readonly #callbacks = new Map<string, Set<Callback>>();
  #changed: Record<string, unknown> = {};

  constructor(traits: Record<string, unknown>) {
    this.#traits = { ...traits };
  }

  get(name: string): unknown {
    return this.#traits[name];
  }

  /** Sets a trait, from either side, and tells those who listen. */
  set(name: string, value: unknown): void {
    if (JSON.stringify(this.#traits[name]) === JSON.stringify(value)) return;
    this.#traits[name] = value;
    this.#changed[name] = value;
    this.#tell(`change:${name}`, this, value);
    this.#tell("change", this);
  }

  save_changes(): void {
    const changed = this.#changed;
    this.#changed = {};
    if (Object.keys(changed).length > 0) this.kernel.saved?.(changed);
  }

  /** Tells the kernel; as in a notebook it hears later. */
  send(content: unknown, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void {
    queueMicrotask(() => this.kernel.receive(content as Message, buffers));
  }

  /** What the kernel sends. */
  tell(message: unknown, buffers: readonly (DataView | ArrayBuffer)[] = []): void {
    this.#tell("msg:custom", message, buffers);
  }

  on(event: string, callback: (...given: never[]) => void): void {
    const all = this.#callbacks.get(event) ?? new Set();
    this.#callbacks.set(event, all.add(callback as unknown as Callback));
  }

  off(event: string, callback: (...given: never[]) => void): void {
    this.#callbacks.get(event)?.delete(callback as unknown as Callback);
  }

  #tell(event: string, ...given: unknown[]): void {
    for (const callback of [...(this.#callbacks.get(event) ?? [])]) callback(...given);
  }
}
