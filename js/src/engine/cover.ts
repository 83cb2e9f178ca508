// The picture with an occluder on it, as the network is fed: bands (C, H, W).
import type { Box } from "../arithmetic/box";
import type { Facts } from "./facts";

/** What an occluder shows, over the whole picture. */
export function fillOf(fill: string, { size, fills }: Pick<Facts, "size" | "fills">, own: Float32Array): Float32Array {
  const [bands, height, width] = size;
  const colours = fills[fill];
  if (!colours) return own;
  const found = new Float32Array(bands * height * width);
  for (let band = 0; band < bands; band++) found.fill(colours[band]!, band * height * width, (band + 1) * height * width);
  return found;
}

/** The view with the box taken from `fill`; what lies outside of the picture is ignored. */
export function covered(view: Float32Array, fill: Float32Array, box: Box | null, [bands, height, width]: Facts["size"]): Float32Array {
  if (!box) return view;
  const found = view.slice();
  const [top, bottom] = [Math.max(box[0], 0), Math.min(box[0] + box[2], height)];
  const [left, right] = [Math.max(box[1], 0), Math.min(box[1] + box[3], width)];
  if (right <= left) return found;
  for (let band = 0; band < bands; band++)
    for (let row = top; row < bottom; row++) {
      const at = (band * height + row) * width;
      found.set(fill.subarray(at + left, at + right), at + left);
    }
  return found;
}
