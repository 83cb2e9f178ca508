// The Explorer's network in a page: the kernel that live.tsx asks, made of the bytes that Python gave along.
import type { Question } from "./answering";
import type { Facts } from "./facts";
import { Kernel, type Ask, type Widget } from "./kernel";
import { Stored, type Index } from "./stored";
import type { Start, Told } from "./worker";

type Bytes = Uint8Array<ArrayBuffer>;
/** What live.tsx gives: the widget's model, and the bytes under a name. */
export interface Behind {
  readonly model: Widget;
  bytes(name: string): Promise<Bytes>;
}

/** Answers a widget; the network is opened meanwhile. */
export default async function engine({ model, bytes }: Behind): Promise<Kernel> {
  const facts = await json<Facts & { ranking: number }>(bytes("facts"));
  const pixels = { view: await floats(bytes("view")), cover: await floats(bytes("cover")) };
  const stored = new Stored(await json<Index>(bytes("index")), await bytes("stored"));
  const opened = opening(bytes, facts, pixels);
  return new Kernel(model, facts, pixels, stored, async (question) => (await opened)(question), facts.ranking);
}

/** A thread of its own; questions come one after the other. */
async function opening(bytes: Behind["bytes"], facts: Facts, pixels: Pick<Start, "view" | "cover">): Promise<Ask> {
  const [script, network, packed] = await Promise.all([bytes("worker"), bytes("network"), bytes("runtime")]);
  const runtime = await unpacked(packed);
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const start: Start = { runtime, network, facts, ...pixels };
  worker.postMessage(start, [runtime]);
  return (question: Question) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Told>) => ("error" in data ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = (event) => reject(new Error(event.message || "This browser cannot run the network in the page."));
      worker.postMessage(question);
    });
}

async function unpacked(packed: Bytes): Promise<ArrayBuffer> {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const json = async <T>(text: Promise<Bytes>): Promise<T> => JSON.parse(new TextDecoder().decode(await text)) as T;
const floats = async (own: Promise<Bytes>): Promise<Float32Array> => new Float32Array((await own).slice().buffer);
