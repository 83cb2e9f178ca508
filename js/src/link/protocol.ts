// One codec for every frame between Python and the browser; protocol.py is its mirror image.
export const DTYPES = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

const TOGETHER = "together";

export type Dtype = keyof typeof DTYPES;
export type Values = InstanceType<(typeof DTYPES)[Dtype]>;

export interface Plane<V extends Values = Values> {
  readonly shape: readonly number[];
  readonly values: V;
}
export type Meta = Record<string, unknown>;
export type Arrays = Record<string, Plane>;
export interface Frame {
  readonly kind: string;
  readonly seq: number;
  readonly meta: Meta;
  readonly arrays: Arrays;
}
export interface Message {
  kind: string;
  seq: number;
  meta: Meta;
  arrays: { name: string; dtype: Dtype; shape: number[] }[];
}

export class ProtocolError extends Error {}

const fail = (sentence: string): never => {
  throw new ProtocolError(sentence);
};
const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null && !Array.isArray(x);
const isCount = (x: unknown): x is number => typeof x === "number" && Number.isInteger(x) && x >= 0;
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Dtype name of a typed array. */
export function dtypeOf(values: Values): Dtype {
  for (const [name, type] of Object.entries(DTYPES)) if (values instanceof type) return name as Dtype;
  return fail("An array of a frame must be uint8, uint16, int32 or float32.");
}

/** Message and buffers of one frame; buffers are exact copies, in the order of message.arrays. */
export function pack(kind: string, seq = 0, meta: Meta = {}, arrays: Arrays = {}): [Message, ArrayBuffer[]] {
  const message: Message = { kind, seq, meta, arrays: [] };
  const buffers: ArrayBuffer[] = [];
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    if (product(shape) !== values.length) fail(`Array '${name}' has ${values.length} values, its shape needs ${product(shape)}.`);
    message.arrays.push({ name, dtype: dtypeOf(values), shape: [...shape] });
    buffers.push(values.slice().buffer as ArrayBuffer);
  }
  checkHead(message);
  return [message, buffers];
}

/** Frame of one message; arrays view the buffers where alignment allows it and copy them where it does not. */
export function unpack(message: unknown, buffers: readonly (DataView | ArrayBuffer)[] = []): Frame {
  const { kind, seq, meta, arrays: entries } = checkHead(message);
  if (entries.length !== buffers.length) fail(`Frame '${kind}' names ${entries.length} arrays and carries ${buffers.length} buffers.`);
  const arrays: Arrays = {};
  entries.forEach((entry, i) => {
    const { name, dtype, shape } = checkEntry(kind, entry);
    if (name in arrays) fail(`Frame '${kind}' names array '${name}' twice.`);
    arrays[name] = { shape, values: view(name, dtype, shape, asView(buffers[i]!)) };
  });
  return { kind, seq, meta, arrays };
}

/** The frames of one message: one, or several that the kernel sent together. */
export function unpackAll(message: unknown, buffers: readonly (DataView | ArrayBuffer)[] = []): Frame[] {
  if (!isRecord(message) || message.kind !== TOGETHER) return [unpack(message, buffers)];
  const { frames } = checkHead(message).meta;
  if (!Array.isArray(frames)) return fail(`A message '${TOGETHER}' needs frames, a list.`);
  let next = 0;
  return frames.map((head) => unpack(head, buffers.slice(next, (next += checkHead(head).arrays.length))));
}

function checkHead(message: unknown): { kind: string; seq: number; meta: Meta; arrays: unknown[] } {
  if (!isRecord(message)) return fail("A frame must be an object with kind, seq, meta and arrays.");
  const { kind, seq, meta, arrays } = message;
  if (typeof kind !== "string" || kind === "") return fail("A frame needs a kind, a text that is not empty.");
  if (!isCount(seq)) return fail(`Frame '${kind}' needs a seq, a whole number from 0.`);
  if (!isRecord(meta)) return fail(`Frame '${kind}' needs meta, an object.`);
  if (!Array.isArray(arrays)) return fail(`Frame '${kind}' needs arrays, a list.`);
  return { kind, seq, meta, arrays };
}

function checkEntry(kind: string, entry: unknown): { name: string; dtype: Dtype; shape: number[] } {
  if (!isRecord(entry) || typeof entry.name !== "string" || entry.name === "") return fail(`Frame '${kind}' has an array without a name.`);
  const { name, dtype, shape } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype))
    return fail(`Array '${name}' must be uint8, uint16, int32 or float32, not ${String(dtype)}.`);
  if (!Array.isArray(shape) || !shape.every(isCount)) return fail(`Array '${name}' needs a shape, a list of whole numbers from 0.`);
  return { name, dtype: dtype as Dtype, shape };
}

const asView = (b: DataView | ArrayBuffer): DataView => (b instanceof ArrayBuffer ? new DataView(b) : b);

function view(name: string, dtype: Dtype, shape: number[], bytes: DataView): Values {
  const type = DTYPES[dtype];
  const count = product(shape);
  const wanted = count * type.BYTES_PER_ELEMENT;
  if (bytes.byteLength !== wanted) fail(`Array '${name}' needs ${wanted} bytes and got ${bytes.byteLength}.`);
  const buffer = bytes.buffer as ArrayBuffer;
  if (bytes.byteOffset % type.BYTES_PER_ELEMENT === 0) return new type(buffer, bytes.byteOffset, count);
  return new type(buffer.slice(bytes.byteOffset, bytes.byteOffset + wanted));
}

/** Array of a frame with the dtype and number of dimensions asked for, or null when the frame has none such. */
export function take<D extends Dtype>(frame: Frame, name: string, dtype: D, dims: number): Plane<InstanceType<(typeof DTYPES)[D]>> | null {
  const found = frame.arrays[name];
  if (!found || found.shape.length !== dims || !(found.values instanceof DTYPES[dtype])) return null;
  return found as Plane<InstanceType<(typeof DTYPES)[D]>>;
}

/** Finite number of meta under this name, or the fallback. */
export function number(meta: Meta, name: string, fallback: number): number {
  const x = meta[name];
  return typeof x === "number" && Number.isFinite(x) ? x : fallback;
}

/** Text of meta under this name, or the fallback. */
export function text(meta: Meta, name: string, fallback = ""): string {
  const x = meta[name];
  return typeof x === "string" ? x : fallback;
}

/** List of texts of meta under this name. */
export function lines(meta: Meta, name: string): string[] {
  const x = meta[name];
  return Array.isArray(x) ? x.map(String) : [];
}
