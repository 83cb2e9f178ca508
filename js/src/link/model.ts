// The part of an anywidget model that the modules use, typed by the widget's traits.
import type { CommonTraits } from "./traits";

export interface Model<T> {
  get<K extends keyof T & string>(name: K): T[K];
  set<K extends keyof T & string>(name: K, value: T[K]): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
}

/** Calls back on a change of any of these traits until the signal aborts. */
export function watch<T>(model: Model<T>, names: readonly (keyof T & string)[], callback: () => void, signal: AbortSignal): void {
  for (const name of names) {
    model.on(`change:${name}`, callback);
    signal.addEventListener("abort", () => model.off(`change:${name}`, callback), { once: true });
  }
}

/** Sets a trait and tells the kernel, only when the value is new. */
export function save<T, K extends keyof T & string>(model: Model<T>, name: K, value: T[K]): void {
  if (JSON.stringify(model.get(name)) === JSON.stringify(value)) return;
  model.set(name, value);
  model.save_changes();
}

/** Shows one sentence in the pane, from the browser's side. */
export function complain<T extends CommonTraits>(model: Model<T>, sentence: string): void {
  const common = model as unknown as Model<CommonTraits>;
  save(common, "notice", sentence);
}
