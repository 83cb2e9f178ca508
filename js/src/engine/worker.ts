// The thread beside the page that runs the network. It is opened from a blob: a classic script, since browsers refuse modules there.
import { Answering, type Answer, type Question, type Run } from "./answering";
import type { Facts } from "./facts";
import { open } from "./network";

/** What is opened once: the network. */
export interface Start {
  readonly runtime: ArrayBuffer;
  readonly network: Uint8Array;
  /** of a view */
  readonly size: readonly number[];
}
/** What questions are about from then on: a picture, and what an occluder shows over it where that is no single colour. */
export interface Shown {
  readonly facts: Facts;
  readonly view: Float32Array;
  readonly cover: Float32Array;
}
export type Told = { readonly answer: Answer; readonly milliseconds: number } | { readonly error: string };

const page = self as unknown as { onmessage: (event: MessageEvent<Start | Shown | Question>) => void; postMessage(told: Told, transfer: Transferable[]): void };
let opened: Promise<Run>;
let answering: Answering;

page.onmessage = ({ data }) => {
  if ("runtime" in data) opened = open(data.runtime, data.network, data.size);
  else if ("facts" in data) answering = new Answering(data.facts, data.view, data.cover, async (...asked) => (await opened)(...asked));
  else void reply(answering, data);
};

async function reply(asked: Answering, question: Question): Promise<void> {
  try {
    await opened;
    const began = performance.now();
    const answer = await asked.answer(question);
    const buffers = answer.frames.flatMap(([, own]) => own);
    page.postMessage({ answer, milliseconds: performance.now() - began }, buffers);
  } catch (error) {
    page.postMessage({ error: error instanceof Error ? error.message : String(error) }, []);
  }
}
