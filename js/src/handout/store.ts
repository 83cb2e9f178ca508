// Bytes that lie packed in the page, unpacked when they are first needed; page/store.py packs them.
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

/** What was packed as gzip, then as base64. */
export async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
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
  const bitmap = await createImageBitmap(new Blob([await bytes(name)], { type: "image/png" }));
  const canvas = Object.assign(document.createElement("canvas"), { height, width });
  const drawing = context(canvas, true);
  drawing.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = drawing.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(height * width * 3);
  for (let i = 0, o = 0; i < data.length; i += 4) for (let channel = 0; channel < 3; channel++) rgb[o++] = data[i + channel]!;
  return { height, width, canvas, rgb };
}
