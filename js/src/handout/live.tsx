// A widget whose own module lives on the page. A stub stands in for its model; "ready" is answered with the last frames.
//
// What else the module asks is answered by a kernel of the page's own, where the part's `data` hold "kernel.js": a module
// whose default export is MakeKernel. Its other bytes are those that Python gave as `data` (page/parts.py, Live).
import { useEffect, useRef } from "preact/hooks";
import { pack, type Message } from "../link/protocol";
import type { LivePart } from "./parts";
import { bytes, textOf } from "./store";
import { StubModel, type Kernel } from "./stub_model";

export interface Behind {
  readonly model: StubModel;
  /** Bytes that were given under this name. */
  bytes(name: string): Promise<Uint8Array<ArrayBuffer>>;
}
export type MakeKernel = (behind: Behind) => Kernel | Promise<Kernel>;
interface Module {
  initialize?(props: { model: StubModel }): (() => void) | undefined;
  render(props: { model: StubModel; el: HTMLElement }): (() => void) | undefined;
}

const KERNEL = "kernel.js";

export function Live(part: LivePart) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const life = new AbortController();
    void mount(part, host.current!, life.signal);
    return () => life.abort();
  }, [part]);
  return <div class="live" ref={host} />;
}

async function mount(part: LivePart, el: HTMLElement, life: AbortSignal): Promise<void> {
  const model = new StubModel(part.traits);
  const frames = await Promise.all(part.frames.map(async ({ message, buffers }) => ({ message, buffers: await Promise.all(buffers.map((ref) => exact(ref.bytes))) })));
  const resend = (): void => frames.forEach(({ message, buffers }) => model.tell(message, buffers));
  model.kernel = answering(model, resend, await ownKernel(part, model));
  const made = await imported<() => Module>(await textOf({ bytes: part.module }));
  if (life.aborted) return;
  const module = made();
  const ends = [module.initialize?.({ model }), module.render({ model, el })];
  life.addEventListener("abort", () => ends.forEach((end) => end?.()), { once: true });
}

/** A kernel that answers "ready" with the last frames, acknowledges all that nobody else answers, and asks `own` the rest. */
function answering(model: StubModel, resend: () => void, own: Kernel | null): Kernel {
  return {
    receive(message: Message, buffers) {
      if (message.kind === "ready") resend();
      if (own && message.kind !== "ready") return own.receive(message, buffers);
      if (message.seq) model.tell(...pack("ack", message.seq));
    },
    saved: (traits) => own?.saved?.(traits),
  };
}

async function ownKernel({ data }: LivePart, model: StubModel): Promise<Kernel | null> {
  const name = data[KERNEL];
  if (!name) return null;
  const make = await imported<MakeKernel>(await textOf({ bytes: name }));
  return make({ model, bytes: (of) => (data[of] ? bytes(data[of]) : Promise.reject(new Error(`The page holds no bytes called ${of}.`))) });
}

/** The default export of a module given as text. */
async function imported<T>(text: string): Promise<T> {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return ((await import(address)) as { default: T }).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

const exact = async (name: string): Promise<ArrayBuffer> => (await bytes(name)).slice().buffer;
