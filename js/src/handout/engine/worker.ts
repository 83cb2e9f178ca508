// The thread beside the page that runs the network. It is opened from a blob: a classic script, since browsers refuse modules there.
import { Answering, type Answer, type Question } from "./answering";
import type { Facts } from "./facts";
import { open } from "./network";

export interface Start {
  readonly runtime: ArrayBuffer;
  readonly network: Uint8Array;
  readonly facts: Facts;
  readonly view: Float32Array;
  readonly cover: Float32Array;
}
export type Told = { readonly answer: Answer; readonly milliseconds: number } | { readonly error: string };

const page = self as unknown as { onmessage: (event: MessageEvent<Start | Question>) => void; postMessage(told: Told, transfer: Transferable[]): void };
let opened: Promise<Answering>;

page.onmessage = ({ data }) => void ("runtime" in data ? (opened = start(data)) : reply(data));

async function start({ runtime, network, facts, view, cover }: Start): Promise<Answering> {
  return new Answering(facts, view, cover, await open(runtime, network, facts.size));
}

async function reply(question: Question): Promise<void> {
  try {
    const answering = await opened;
    const began = performance.now();
    const answer = await answering.answer(question);
    const buffers = answer.frames.flatMap(([, own]) => own);
    page.postMessage({ answer, milliseconds: performance.now() - began }, buffers);
  } catch (error) {
    page.postMessage({ error: error instanceof Error ? error.message : String(error) }, []);
  }
}
