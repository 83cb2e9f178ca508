// The Explorer's network in a page: the kernel that live.tsx asks, made of the bytes that Python gave along.
import { Thread, type Bytes } from "../../engine/thread";
import { Kernel, type Widget } from "./kernel";
import type { PageFacts } from "./page_facts";
import { Stored, type Index } from "./stored";

/** What live.tsx gives: the widget's model, and the bytes under a name. */
export interface Behind {
  readonly model: Widget;
  bytes(name: string): Promise<Bytes>;
}

/** Answers a widget; the network is opened meanwhile. */
export default async function engine({ model, bytes }: Behind): Promise<Kernel> {
  const facts = await json<PageFacts & { ranking: number }>(bytes("facts"));
  const pixels = { view: await floats(bytes("view")), cover: await floats(bytes("cover")) };
  const stored = new Stored(await json<Index>(bytes("index")), await bytes("stored"));
  const opened = opening(bytes, facts.size).then((thread) => (thread.show({ facts, ...pixels }), thread));
  return new Kernel(model, facts, pixels, stored, async (question) => (await opened).ask(question), facts.ranking);
}

async function opening(bytes: Behind["bytes"], size: readonly number[]): Promise<Thread> {
  const [script, network, runtime] = await Promise.all([bytes("worker"), bytes("network"), bytes("runtime")]);
  return Thread.open({ script, network, runtime, size });
}

const json = async <T>(text: Promise<Bytes>): Promise<T> => JSON.parse(new TextDecoder().decode(await text)) as T;
const floats = async (own: Promise<Bytes>): Promise<Float32Array> => new Float32Array((await own).slice().buffer);
