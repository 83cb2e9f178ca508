// Which part of a camera picture is sent.
/** Part (top, left, height, width) of a source that fills a target: centred crop, or everything stretched. */
export function part(source: readonly [number, number], target: readonly [number, number], crop: boolean): readonly [number, number, number, number] {
  const [height, width] = source;
  if (!crop) return [0, 0, height, width];
  const scale = Math.min(height / target[0], width / target[1]);
  const [h, w] = [target[0] * scale, target[1] * scale];
  return [(height - h) / 2, (width - w) / 2, h, w];
}

/** RGB of RGBA. */
export function dropAlpha(rgba: Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    rgb[o++] = rgba[i]!;
    rgb[o++] = rgba[i + 1]!;
    rgb[o++] = rgba[i + 2]!;
  }
  return rgb;
}
