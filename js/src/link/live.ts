// Traits, values and frames as signals: a component that reads one is drawn again when it changes.
import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Channel } from "./link";
import type { Model } from "./model";
import type { Frame } from "./protocol";

export type Live<T> = { readonly [K in keyof T & string]: ReadonlySignal<T[K]> };

/** Every trait of a model as a signal, made when it is first read, until `life` ends. */
export function live<T extends object>(model: Model<T>, life: AbortSignal): Live<T> {
  const made = new Map<string, Signal<unknown>>();
  const signalOf = (name: keyof T & string): Signal<unknown> => {
    let found = made.get(name);
    if (!found) {
      const value = (found = signal<unknown>(model.get(name)));
      const follow = (): void => void (value.value = model.get(name));
      model.on(`change:${name}`, follow);
      life.addEventListener("abort", () => model.off(`change:${name}`, follow), { once: true });
      made.set(name, found);
    }
    return found;
  };
  return new Proxy({} as Live<T>, { get: (_, name) => signalOf(name as keyof T & string) });
}

/** The last frame of a kind as a signal, until `life` ends. */
export function frames(link: Channel, kind: string, life: AbortSignal): ReadonlySignal<Frame | null> {
  const found = signal<Frame | null>(link.last(kind));
  link.listen((frame) => (frame.kind === kind ? void (found.value = frame) : undefined), life);
  return found;
}
