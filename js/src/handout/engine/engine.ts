// The Explorer's network in a page: what live.ts calls with the widget's model and the bytes that belong to it.
import type { Question } from "./answering";
import type { Facts } from "./facts";
import { Kernel, type Ask, type Widget } from "./kernel";
import { Stored, type Index } from "./stored";
import type { Start, Told } from "./worker";

export type Data = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Answers a widget from these bytes: "runtime" (gzip), "worker", "network", "facts", "view", "cover", "index" and "stored". */
export default async function engine(widget: Widget, data: Data): Promise<Kernel> {
  const facts = json<Facts & { ranking: number }>(data, "facts");
  const pixels = { view: floats(bytes(data, "view")), cover: floats(bytes(data, "cover")) };
  const ask = asking(new Blob([bytes(data, "worker")], { type: "text/javascript" }), {
    runtime: await unpacked(bytes(data, "runtime")),
    network: bytes(data, "network"),
    facts,
    ...pixels,
  });
  return new Kernel(widget, facts, pixels, new Stored(json<Index>(data, "index"), bytes(data, "stored")), ask, facts.ranking);
}

/** A thread of its own; questions come one after the other. */
function asking(script: Blob, start: Start): Ask {
  const worker = new Worker(URL.createObjectURL(script));
  worker.postMessage(start, [start.runtime]);
  return (question: Question) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Told>) => ("error" in data ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = (event) => reject(new Error(event.message || "This browser cannot run the network in the page."));
      worker.postMessage(question);
    });
}

async function unpacked(packed: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

function bytes(data: Data, name: string): Uint8Array<ArrayBuffer> {
  const found = data.get(name);
  if (!found) throw new Error(`This page lacks "${name}".`);
  return found;
}

const json = <T>(data: Data, name: string): T => JSON.parse(new TextDecoder().decode(bytes(data, name))) as T;
const floats = (own: Uint8Array<ArrayBuffer>): Float32Array => new Float32Array(own.slice().buffer);
