// What answers the Explorer's module on a page, as its kernel does: it takes the module's frames and traits, asks the network
// on a thread of its own, one question at a time and the newest, and tells what comes of it.
import type { Box } from "../../arithmetic/box";
import { pack, unpackAll, type Frame, type Meta } from "../../link/protocol";
import type { Question } from "../../engine/answering";
import { fillOf } from "../../engine/cover";
import { layerOf } from "../../engine/facts";
import { together } from "../../engine/frames";
import type { Answered } from "../../engine/thread";
import { press, type Traits } from "./commands";
import type { PageFacts } from "./page_facts";
import type { Stored } from "./stored";

const TILE = 56; // px of the longest side of a map that is sent, while the tiles are as large as fits
const UNCOVERED = "of the uncovered picture";

/** The Explorer's model on the page. */
export interface Widget extends Traits {
  on(event: string, callback: () => void): void;
  /** hands a message to the module, as the kernel would send it */
  tell(message: unknown, buffers: ArrayBuffer[]): void;
}
/** Answers one question after the other. */
export type Ask = (question: Question) => Promise<Answered>;

export class Kernel {
  #box: Box | null;
  #onScreen: Int32Array | null = null;
  #ranking: number;
  #acks: number[] = [];
  #seq = 0;
  #asking = false;
  #wanted = false;
  /** layer → the unit that was selected in it last */
  readonly #units = new Map<string, number>();
  #unitKnown = true;
  #about = "";
  #signed = false;

  constructor(
    private readonly widget: Widget,
    private readonly facts: PageFacts,
    private readonly pixels: { readonly view: Float32Array; readonly cover: Float32Array },
    private readonly stored: Stored,
    private readonly ask: Ask,
    ranking: number,
  ) {
    this.#box = widget.get("occluder") as Box | null;
    this.#ranking = ranking;
    this.#units.set(this.#layer, this.#unit);
    const on = (names: readonly string[], react: () => void): void => names.forEach((name) => widget.on(`change:${name}`, react));
    on(["layer"], () => this.#openLayer());
    on(["unit"], () => this.#openUnit());
    on(["position", "tile"], () => this.#want());
    on(["method", "target"], () => this.#explain());
    on(["colormap"], () => this.#colour());
    on(["occluder"], () => this.#settle());
    on(["fill"], () => (this.#showPicture(), this.#want()));
    this.#want();
  }

  /** Takes one message of the module. */
  receive(message: unknown, buffers: readonly ArrayBuffer[]): void {
    for (const frame of unpackAll(message, buffers)) this.#take(frame);
  }

  #take({ kind, seq, meta, arrays }: Frame): void {
    if (kind === "stage/occluder") {
      this.#box = meta.box as Box | null;
      this.#acknowledge(seq);
    } else if (kind === "grid/visible") {
      this.#onScreen = arrays.units!.values as Int32Array;
      this.#acknowledge(seq);
    } else if (kind === "bars/pick") this.#pick(meta.index as number);
    else if (kind === "page/key") this.#press(String(meta.command));
    else if (kind === "stage/file") this.#say("Another picture needs a kernel: this page holds one.");
  }

  /** The module sends its next frame of this kind when the answer is there. */
  #acknowledge(seq: number): void {
    this.#acks.push(seq);
    this.#seq = seq;
    this.#want();
  }

  #press(command: string): void {
    if (!press(command, this.widget, this.facts)) this.#say("That needs a kernel.");
  }

  #pick(index: number): void {
    this.widget.set("target", this.widget.get("target") === index ? null : index);
    if (this.widget.get("method") === null) this.widget.set("method", this.facts.maps ? "cam" : (this.facts.overlay?.method ?? null));
  }

  // --- what changes ---

  #openLayer(): void {
    const layer = layerOf(this.facts, this.#layer);
    const unit = this.#units.get(layer.name);
    this.#unitKnown = unit !== undefined;
    this.#onScreen = null;
    this.#put("grid", { count: layer.channels });
    this.#put("ribbon", { inputs: { layer: "", shares: [] } });
    if (this.widget.get("tiles") === "pictures" && !this.facts.patterned.includes(layer.name)) this.widget.set("tiles", "activation");
    this.widget.set("unit", unit ?? 0);
    this.widget.set("position", null);
    this.#want();
  }

  #openUnit(): void {
    if (this.#unitKnown) this.#units.set(this.#layer, this.#unit);
    this.widget.set("position", null);
    this.#want();
  }

  #settle(): void {
    this.#box = this.widget.get("occluder") as Box | null;
    if (!this.#box) this.#ranking += 1; // the rows are chosen anew
    this.#want();
  }

  #explain(): void {
    this.#say("");
    if (this.#overlay === "stored") void this.#tellStored("overlay");
    this.#want();
  }

  get #overlay(): Question["overlay"] {
    const [method, target] = [this.widget.get("method"), this.widget.get("target")];
    if (method === "cam" && this.facts.maps) return "map";
    const { overlay } = this.facts;
    if (overlay && method === overlay.method && target === overlay.target) return "stored";
    if (overlay && method === overlay.method) this.#say(`The ${method} of another class needs a kernel; this page has the one that was shown.`);
    return "none";
  }

  // --- questions ---

  #want(): void {
    this.#wanted = true;
    if (!this.#asking) void this.#go();
  }

  async #go(): Promise<void> {
    this.#asking = true;
    while (this.#wanted) {
      this.#wanted = false;
      const acks = this.#acks.splice(0);
      const question = this.#question();
      try {
        const { answer, milliseconds } = await this.ask(question);
        if (question.layer === this.#layer) this.#show(question, answer, milliseconds);
      } catch (error) {
        this.#say(error instanceof Error ? error.message : String(error));
      }
      for (const seq of acks) this.widget.tell(...pack("ack", seq));
      await this.#tellUnit();
    }
    this.#asking = false;
  }

  #question(): Question {
    const { widget } = this;
    const position = widget.get("position");
    return {
      box: this.#box,
      fill: String(widget.get("fill")),
      layer: this.#layer,
      unit: this.#unitKnown ? this.#unit : null,
      position: Array.isArray(position) ? (position as [number, number]) : null,
      target: widget.get("target") as number | null,
      overlay: this.#overlay,
      tile: (widget.get("tile") as number) || TILE,
      onScreen: this.#onScreen,
      ranking: this.#ranking,
      seq: this.#seq,
    };
  }

  #show(question: Question, answer: Answered["answer"], milliseconds: number): void {
    this.#signed = answer.signed ?? this.#signed;
    const layer = layerOf(this.facts, question.layer);
    this.widget.tell(...together(answer.frames));
    this.#put("unit", { title: `${layer.title} : ${answer.unit}` });
    this.#put("stage", { boxes: answer.boxes });
    this.#colour();
    this.#put("status", { words: this.#words(question, answer), milliseconds: Math.round(milliseconds) });
    if (question.unit !== null) return;
    this.#unitKnown = true;
    this.widget.set("unit", answer.unit);
    this.#units.set(question.layer, answer.unit);
  }

  #words(question: Question, answer: Answered["answer"]): string[] {
    const { labels } = this.facts;
    const explained = question.target === null ? "the top class" : labels[question.target]!;
    const stored = question.overlay === "stored" && question.box ? [`map ${UNCOVERED}`] : [];
    return [`${question.layer}:${answer.unit}`, `sees ${layerOf(this.facts, question.layer).field}`, `explains: ${explained}`, ...stored, "computed in this page"];
  }

  // --- what is told ---

  /** What is stored of the unit, or that nothing is. */
  async #tellUnit(): Promise<void> {
    const about = `${this.#layer}:${this.#unit}`;
    if (about === this.#about || !this.#unitKnown) return;
    this.#about = about;
    await this.#tellStored("nothing");
    await this.#tellStored(about);
  }

  async #tellStored(about: string): Promise<void> {
    const frames = await this.stored.frames(about);
    if (frames.length) this.widget.tell(...together(frames));
  }

  #showPicture(): void {
    const { facts, pixels } = this;
    const fill = fillOf(String(this.widget.get("fill")), facts, pixels.cover);
    const [, height, width] = facts.size;
    const shape = [height, width, 3];
    this.widget.tell(...pack("stage/picture", 0, {}, { picture: { shape, values: bytesOf(pixels.view, height * width) }, fill: { shape, values: bytesOf(fill, height * width) } }));
  }

  #colour(): void {
    const chosen = this.widget.get("colormap");
    this.#put("stage", { colormap: chosen === "automatic" ? (this.#signed ? "blue-red" : "inferno") : chosen });
  }

  #say(notice: string): void {
    this.#put("stage", { notice });
  }

  #put(pane: string, values: Meta): void {
    this.widget.tell(...pack(`${pane}/set`, 0, values));
  }

  get #layer(): string {
    return String(this.widget.get("layer"));
  }

  get #unit(): number {
    return Number(this.widget.get("unit"));
  }
}

/** The first three bands (3, area) as bytes (area, 3). */
function bytesOf(bands: Float32Array, area: number): Uint8Array<ArrayBuffer> {
  const found = new Uint8Array(3 * area);
  for (let i = 0; i < found.length; i++) found[i] = Math.round(255 * Math.min(1, Math.max(0, bands[(i % 3) * area + Math.floor(i / 3)]!)));
  return found;
}

