// From a question to frames: what session.py and answers.py do in the kernel, with a network that runs in the page.
import type { Box } from "../arithmetic/box";
import { covered, fillOf } from "./cover";
import { layerOf, type Facts } from "./facts";
import { barsFrame, fieldOf, mapFrame, noOverlay, overlayFrame, ribbonFrame, statsFrame, tilesFrame, type Packed, type UnitShown } from "./frames";
import { extremes, strongest, type Maps } from "./maps";

const ALL_TILES = 500_000; // values; a layer with more is sent as far as it is on screen

export interface Question {
  readonly box: Box | null;
  readonly fill: string;
  readonly layer: string;
  /** null: the strongest of the layer */
  readonly unit: number | null;
  readonly position: UnitShown["position"];
  /** the class explained; null: the top one of the uncovered picture */
  readonly target: number | null;
  /** what lies over the picture: the exact class map, nothing, or what was stored and stays */
  readonly overlay: "map" | "none" | "stored";
  /** px of the longest side of a tile's map */
  readonly tile: number;
  readonly onScreen: Int32Array | null;
  readonly ranking: number;
  readonly seq: number;
}
export interface Answer {
  readonly frames: readonly Packed[];
  readonly unit: number;
  readonly top: number;
  readonly boxes: readonly object[];
  /** whether the map over the picture has values on both sides of 0; null: it stays what it was */
  readonly signed: boolean | null;
}
export interface Output {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
/** Runs the network on a view for a class; the outputs named. */
export type Run = (view: Float32Array, target: number, names: readonly string[]) => Promise<Record<string, Output>>;

/** What one pass showed; further questions about the same picture cost none. */
interface Pass {
  readonly key: string;
  readonly outputs: Record<string, Output>;
}

export class Answering {
  #pass: Pass | null = null;
  #top: number | null = null;

  constructor(
    private readonly facts: Facts,
    private readonly view: Float32Array,
    private readonly cover: Float32Array,
    private readonly run: Run,
  ) {}

  async answer(question: Question): Promise<Answer> {
    const { facts } = this;
    const top = await this.#topClass();
    const target = question.target ?? top;
    const outputs = await this.#passed(question, target);
    const layer = layerOf(facts, question.layer);
    const maps = mapsOf(outputs[`layer/${layer.name}`]!);
    const all = extremes(maps);
    const shown: UnitShown = { unit: question.unit ?? strongest(all.hi), position: question.position };
    const little = tileValues(maps, question.tile) <= ALL_TILES;
    const now = this.#topOf(outputs.scores!.data);
    const map = question.overlay === "map" && facts.maps ? mapsOf(outputs.class_map!) : null;
    const frames = [
      statsFrame(layer, all, question.seq),
      tilesFrame(layer, maps, all, little ? null : question.onScreen, question.tile, question.seq),
      mapFrame(layer, maps, shown),
      barsFrame(outputs.shown!.data, now, target, question.ranking, question.seq),
      ribbonFrame(facts.shown.map((name) => mapsOf(outputs[`layer/${name}`]!)), question.seq),
    ];
    if (map) frames.push(overlayFrame(map, `CAM: ${facts.labels[target]}`, question.seq));
    else if (question.overlay === "none") frames.push(noOverlay(question.seq));
    const signed = map ? map.values.some((value) => value < 0) : question.overlay === "none" ? false : null;
    return { frames, unit: shown.unit, top: now, boxes: fieldOf(layer, maps, shown), signed };
  }

  /** The top class of the uncovered picture: an occluder is told by what it does to it. */
  async #topClass(): Promise<number> {
    if (this.#top === null) this.#top = this.#topOf((await this.run(this.view, 0, ["scores"])).scores!.data);
    return this.#top;
  }

  #topOf(scores: Float32Array): number {
    return this.facts.ranked ? strongest(scores) : 0;
  }

  async #passed({ box, fill, layer }: Question, target: number): Promise<Record<string, Output>> {
    const key = JSON.stringify([box, box && fill, target]);
    const names = [...new Set([layer, ...this.facts.shown])].map((name) => `layer/${name}`);
    if (this.#pass?.key !== key || !names.every((name) => name in this.#pass!.outputs)) {
      const { facts } = this;
      const shown = covered(this.view, fillOf(fill, facts, this.cover), box, facts.size);
      this.#pass = { key, outputs: await this.run(shown, target, ["scores", "shown", ...(facts.maps ? ["class_map"] : []), ...names]) };
    }
    return this.#pass.outputs;
  }
}

/** Maps (1, C, h, w), or (1, h, w) of one. */
function mapsOf({ dims, data }: Output): Maps {
  const [height = 1, width = 1] = dims.slice(-2);
  return { count: data.length / (height * width), height, width, values: data };
}

function tileValues({ count, height, width }: Maps, tile: number): number {
  const side = Math.min(1, tile / Math.max(height, width));
  return count * height * width * side * side;
}
