// Bytes that lie packed in the page, unpacked when they are first needed; page/store.py packs them.
import { decode85 } from "../arithmetic/base85";
import { context } from "../page/canvas";
import type { Values } from "../link/protocol";
import { DTYPES } from "../link/protocol";
import type { ArrayRef, BytesRef, PictureRef } from "./parts";

/** A picture as it is drawn, and its red, green and blue values. */
export interface Shown {
  readonly height: number;
  readonly width: number;
  readonly canvas: HTMLCanvasElement;
  readonly rgb: Uint8Array<ArrayBuffer>;
}

const found = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
const pictures = new Map<string, Promise<Shown>>();

/** The bytes of a name. */
export function bytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = found.get(name);
  if (known) return known;
  const made = unpack(document.querySelector(`script[data-name="${name}"]`)?.textContent ?? "");
  found.set(name, made);
  return made;
}

/** What was packed: how many planes the bytes lie in, and the planes as gzip, as base85. */
export async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!text) return new Uint8Array();
  const stream = new Blob([decode85(text.slice(1))]).stream().pipeThrough(new DecompressionStream("gzip"));
  return woven(new Uint8Array(await new Response(stream).arrayBuffer()), Number(text[0]));
}

/** Bytes in their order, of planes that hold every so many'th. */
function woven(planes: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
  if (count === 1) return planes;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0, from = 0; plane < count; plane++) for (let i = plane; i < bytes.length; i += count) bytes[i] = planes[from++]!;
  return bytes;
}

/** A text that is kept as bytes. */
export const textOf = async ({ bytes: name }: BytesRef): Promise<string> => new TextDecoder().decode(await bytes(name));

/** The numbers of an array. */
export async function numbers({ array, dtype }: ArrayRef): Promise<Values> {
  const held = await bytes(array);
  return new DTYPES[dtype](held.buffer, held.byteOffset, held.byteLength / DTYPES[dtype].BYTES_PER_ELEMENT);
}

/** A picture, decoded once. */
export function picture({ picture: name, height, width }: PictureRef): Promise<Shown> {
  const known = pictures.get(name);
  if (known) return known;
  const made = decode(name, height, width);
  pictures.set(name, made);
  return made;
}

async function decode(name: string, height: number, width: number): Promise<Shown> {
  const bitmap = await createImageBitmap(new Blob([await bytes(name)]));
  const canvas = Object.assign(document.createElement("canvas"), { height, width });
  const drawing = context(canvas, true);
  drawing.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = drawing.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(height * width * 3);
  for (let i = 0, o = 0; i < data.length; i += 4) for (let channel = 0; channel < 3; channel++) rgb[o++] = data[i + channel]!;
  return { height, width, canvas, rgb };
}
