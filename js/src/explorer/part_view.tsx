// A view of its own, mounted into a pane once.
import { useEffect, useRef } from "preact/hooks";
import { mountAll, type View } from "../link/widget";
import type { Part } from "./parts";

export function PartView<T extends object, S>({ part }: { part: Part<T, S> }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const life = new AbortController();
    const root = host.current!;
    const { definition, model, link, state } = part;
    mountAll(definition as never, { model, link, state, root, signal: life.signal } as unknown as View<never, never>);
    return () => {
      life.abort();
      root.replaceChildren();
    };
  }, [part]);
  return <div ref={host} class={`dv ${part.definition.className}`} />;
}
