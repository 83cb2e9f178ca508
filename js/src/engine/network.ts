// The network itself: ONNX Runtime in WebAssembly on one thread, which needs neither a server nor shared memory with the page.
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Output, Run } from "./answering";

/** Opens a network of bytes; `size` is that of a view. */
export async function open(runtime: ArrayBuffer, model: Uint8Array, size: readonly number[]): Promise<Run> {
  env.wasm.numThreads = 1;
  env.wasm.wasmBinary = runtime;
  const session = await InferenceSession.create(model, { executionProviders: ["wasm"] });
  const taken = new Set(session.inputNames);
  return async (view, target, names) => {
    const given = { view: new Tensor("float32", view, [1, ...size]), target: new Tensor("int64", BigInt64Array.of(BigInt(target)), [1]) };
    const feeds = Object.fromEntries(Object.entries(given).filter(([name]) => taken.has(name))); // without class maps there is no target
    return (await session.run(feeds, names)) as unknown as Record<string, Output>;
  };
}
