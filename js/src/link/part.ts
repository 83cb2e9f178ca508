// One pane of a widget that has several: a model and a link of its own, carried by those of the widget. The kinds of its
// frames begin with its name; a frame "set" brings its values. port.py is the counterpart.
import type { Channel, Flight, Listener, Request } from "./link";
import type { Model } from "./model";
import type { Arrays, Frame, Meta } from "./protocol";

type Callback = (...args: never[]) => void;
type Values = Record<string, unknown>;

/** The frames of one pane. */
export class PartLink implements Channel {
  readonly #requests: Flight;

  constructor(
    private readonly whole: Channel,
    private readonly name: string,
    window = 1,
  ) {
    this.#requests = this.flight(window);
  }

  get free(): boolean {
    return this.#requests.free;
  }

  last(kind: string): Frame | null {
    const found = this.whole.last(`${this.name}/${kind}`);
    return found && { ...found, kind };
  }

  listen(listener: Listener, signal?: AbortSignal): void {
    const start = `${this.name}/`;
    const own = (frame: Frame): void => {
      if (frame.kind === "ack") listener(frame);
      else if (frame.kind.startsWith(start)) listener({ ...frame, kind: frame.kind.slice(start.length) });
    };
    this.whole.listen(own, signal);
  }

  request(kind: string, meta: Meta = {}, arrays: Arrays = {}): void {
    this.#requests.request({ kind, meta, arrays });
  }

  flight(window = 1): Flight {
    const flight = this.whole.flight(window);
    const named = (request: Request): Request => ({ ...request, kind: `${this.name}/${request.kind}` });
    return {
      get free() {
        return flight.free;
      },
      request: (request) => flight.request(named(request)),
      dispose: () => flight.dispose(),
    };
  }

  post(kind: string, meta: Meta = {}, arrays: Arrays = {}): number {
    return this.whole.post(`${this.name}/${kind}`, meta, arrays);
  }
}

/** The traits of one pane: some are traits of the widget under another name, the others are its own values. */
export class PartModel<T extends object> implements Model<T> {
  readonly #values: Values;
  readonly #callbacks = new Map<string, Set<Callback>>();

  constructor(
    private readonly whole: Model<never>,
    defaults: T,
    private readonly shared: Partial<Record<keyof T & string, string>>,
    link: Channel,
  ) {
    this.#values = { ...defaults } as Values;
    const take = ({ meta }: Frame): void => Object.entries(meta).forEach(([name, value]) => this.#put(name, value));
    const known = link.last("set");
    if (known) take(known);
    link.listen((frame) => (frame.kind === "set" ? take(frame) : undefined));
  }

  get<K extends keyof T & string>(name: K): T[K] {
    const elsewhere = this.shared[name];
    return (elsewhere === undefined ? this.#values[name] : this.#host.get(elsewhere)) as T[K];
  }

  set<K extends keyof T & string>(name: K, value: T[K]): void {
    const elsewhere = this.shared[name];
    if (elsewhere === undefined) this.#put(name, value);
    else this.#host.set(elsewhere, value);
  }

  save_changes(): void {
    this.#host.save_changes();
  }

  send(): void {
    throw new Error("A pane sends through its link.");
  }

  on(event: string, callback: Callback): void {
    const name = event.replace("change:", "");
    const elsewhere = this.shared[name as keyof T & string];
    if (elsewhere !== undefined) return this.#host.on(`change:${elsewhere}`, callback);
    const callbacks = this.#callbacks.get(name) ?? new Set();
    this.#callbacks.set(name, callbacks.add(callback));
  }

  off(event: string, callback: Callback): void {
    const name = event.replace("change:", "");
    const elsewhere = this.shared[name as keyof T & string];
    if (elsewhere !== undefined) this.#host.off(`change:${elsewhere}`, callback);
    else this.#callbacks.get(name)?.delete(callback);
  }

  get #host(): Model<Values> {
    return this.whole as unknown as Model<Values>;
  }

  #put(name: string, value: unknown): void {
    if (JSON.stringify(this.#values[name]) === JSON.stringify(value)) return;
    this.#values[name] = value;
    for (const callback of [...(this.#callbacks.get(name) ?? [])]) (callback as () => void)();
  }
}
