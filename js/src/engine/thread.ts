// A network that answers in a page, on a thread of its own: from a blob, for no front end keeps files beside its page.
import type { Answer, Question } from "./answering";
import type { Shown, Start, Told } from "./worker";

export type Bytes = Uint8Array<ArrayBuffer>;
export interface Answered {
  readonly answer: Answer;
  /** that the network took */
  readonly milliseconds: number;
}
/** What a thread is made of: its script, the network, and ONNX Runtime, packed. */
export interface Parts {
  readonly script: Bytes;
  readonly network: Bytes;
  readonly runtime: Bytes;
  /** of a view */
  readonly size: readonly number[];
}

export class Thread {
  readonly #worker: Worker;
  readonly #address: string;

  private constructor(script: Bytes) {
    this.#address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#worker = new Worker(this.#address);
  }

  /** Opens a network; what goes wrong with it is said by the first answer. */
  static async open({ script, network, runtime, size }: Parts): Promise<Thread> {
    const unpacked = await unpack(runtime);
    const thread = new Thread(script);
    const start: Start = { runtime: unpacked, network, size };
    thread.#worker.postMessage(start, [unpacked]);
    return thread;
  }

  /** What is asked from now on is about this picture. */
  show(shown: Shown): void {
    this.#worker.postMessage(shown);
  }

  /** The answer to one question; the next one may be asked when it is there. */
  ask(question: Question): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Told>) => ("error" in data ? reject(new Error(data.error)) : resolve(data));
      this.#worker.onerror = (event) => reject(new Error(event.message || "This browser cannot run the network in the page."));
      this.#worker.postMessage(question);
    });
  }

  /** Nothing is computed any more, and what was asked is never answered. */
  end(): void {
    this.#worker.terminate();
    URL.revokeObjectURL(this.#address);
  }
}

async function unpack(packed: Bytes): Promise<ArrayBuffer> {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
