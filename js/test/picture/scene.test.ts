import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Arrays, Frame, Meta } from "../../src/link/protocol";
import { Scene } from "../../src/picture/scene";

const frame = (kind: string, meta: Meta, arrays: Arrays): Frame => ({ kind, seq: 0, meta, arrays }) as unknown as Frame;
const picture = (height: number, width: number): Frame =>
  frame("picture", {}, { picture: { shape: [height, width, 3], values: new Uint8Array(height * width * 3).fill(90) } });
const overlay = (values: Uint8Array | Uint16Array, meta: Meta = {}): Frame => frame("overlay", meta, { values: { shape: [1, values.length], values } as Arrays[string] });

/** What was drawn: (filter, alpha) at every drawImage. */
let drawn: (readonly [string, number])[];

beforeEach(() => {
  drawn = [];
  const drawing = {
    filter: "none",
    globalAlpha: 1,
    fillStyle: "",
    putImageData: () => undefined,
    fillRect: () => undefined,
    drawImage: () => drawn.push([drawing.filter, drawing.globalAlpha]),
  };
  vi.stubGlobal("document", { createElement: () => ({ height: 0, width: 0, getContext: () => drawing }) });
  vi.stubGlobal(
    "ImageData",
    class {
      readonly data: Uint8ClampedArray;
      constructor(
        readonly width: number,
        readonly height: number,
      ) {
        this.data = new Uint8ClampedArray(4 * width * height);
      }
    },
  );
});

function scene(map: Frame): Scene {
  const made = new Scene();
  made.setPicture(picture(1, 3));
  made.setOverlay(map);
  return made;
}
const read = (map: Frame): (number | null)[] => [0, 1, 2].map((col) => scene(map).overlayAt(0, col));

describe("an overlay", () => {
  it("has its values back from 8 bits and from 16, to the last step", () => {
    expect(read(overlay(Uint8Array.of(0, 51, 255), { lo: -1, hi: 4 }))).toEqual([-1, 0, 4]);
    expect(read(overlay(Uint16Array.of(0, 13107, 65535), { lo: -1, hi: 4 }))).toEqual([-1, 0, 4]);
    expect(read(overlay(Uint16Array.of(0, 1, 65535), { lo: 0, hi: 65535 }))).toEqual([0, 1, 65535]);
  });
  it("has colours that end where it says, else at its own ends, or as far on either side of zero", () => {
    const map = (meta: Meta) => scene(overlay(Uint8Array.of(0, 128, 255), { lo: -1, hi: 3, ...meta })).overlay!.ends;
    expect(map({})).toEqual([-1, 3]);
    expect(map({ signed: true })).toEqual([-3, 3]);
    expect([map({ ends: [0, 2] }), map({ ends: [-2, 2], signed: true })]).toEqual([[0, 2], [-2, 2]]);
    expect([map({ ends: [0, null] }), map({ ends: "01" }), map({ ends: [1] })]).toEqual([[-1, 3], [-1, 3], [-1, 3]]);
  });
  it("waits for its picture, follows one of another size, and is none without values", () => {
    const made = new Scene();
    made.setOverlay(overlay(Uint8Array.of(0, 255)));
    expect(made.overlay).toBeNull();
    made.setPicture(picture(1, 2));
    expect([made.overlayAt(0, 0), made.overlayAt(0, 1)]).toEqual([0, 1]);
    made.setPicture(picture(2, 4));
    expect(made.overlayAt(1, 3)).toBe(1);
    made.setOverlay(overlay(new Uint8Array()));
    expect([made.overlay, made.overlayAt(0, 0)]).toEqual([null, null]);
  });
});

describe("the picture under an overlay", () => {
  const composed = (meta: Meta, opacity: number, coloured = true) => {
    const made = scene(overlay(Uint16Array.of(0, 9, 65535), meta));
    if (coloured) made.colour("inferno");
    made.compose(null, opacity);
    return drawn;
  };
  it("is grey under a map of pixels, and the map is not", () => expect(composed({ fine: true }, 0.6)).toEqual([["grayscale(1)", 1], ["none", 0.6]]));
  it("keeps its colours under a coarse map", () => expect(composed({}, 0.6)).toEqual([["none", 1], ["none", 0.6]]));
  it("keeps its colours where the map is not shown", () => {
    expect(composed({ fine: true }, 0)).toEqual([["none", 1]]);
    expect(composed({ fine: true }, 0.6, false).slice(1)).toEqual([["none", 1]]);
  });
});
