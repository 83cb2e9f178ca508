// Frames that were stored when the page was made, by what they are about: in_page/stored.py writes them. Pictures are kept as JPEG.
import { pack, type Dtype, DTYPES, type Meta, type Plane } from "../../link/protocol";
import type { Packed } from "../../engine/frames";

interface StoredArray {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** where its bytes lie */
  readonly at: readonly [first: number, end: number];
  readonly jpeg: boolean;
}
interface StoredFrame {
  readonly kind: string;
  readonly meta: Meta;
  readonly arrays: readonly StoredArray[];
}
export type Index = Readonly<Record<string, readonly StoredFrame[]>>;

export class Stored {
  constructor(
    private readonly index: Index,
    private readonly bytes: Uint8Array,
  ) {}

  has(about: string): boolean {
    return about in this.index;
  }

  /** The frames about something, such as "features.relu5:3"; none where nothing is stored. */
  async frames(about: string): Promise<Packed[]> {
    return Promise.all((this.index[about] ?? []).map((frame) => this.#frame(frame)));
  }

  async #frame({ kind, meta, arrays }: StoredFrame): Promise<Packed> {
    const planes = await Promise.all(arrays.map(async (array) => [array.name, await this.#plane(array)] as const));
    return pack(kind, 0, meta, Object.fromEntries(planes));
  }

  async #plane({ dtype, shape, at, jpeg }: StoredArray): Promise<Plane> {
    const bytes = this.bytes.slice(...at);
    return { shape, values: jpeg ? await colours(bytes) : new DTYPES[dtype](bytes.buffer) };
  }
}

/** RGB of a picture file. */
async function colours(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  const canvas = Object.assign(document.createElement("canvas"), { height: picture.height, width: picture.width });
  const drawing = canvas.getContext("2d", { willReadFrequently: true })!;
  drawing.drawImage(picture, 0, 0);
  const { data } = drawing.getImageData(0, 0, picture.width, picture.height);
  const found = new Uint8Array((data.length / 4) * 3);
  for (let i = 0; i < found.length; i++) found[i] = data[Math.floor(i / 3) * 4 + (i % 3)]!;
  return found;
}
