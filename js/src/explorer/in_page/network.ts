// The network in the live Explorer's page. Where the kernel turns out to be slow in a drag, the page asks for the network
// and answers the hand at once; the kernel gets a place now and then, and where the hand rests, and its exact answer replaces
// the page's.
import { signal } from "@preact/signals";
import { same, type Box } from "../../arithmetic/box";
import type { Question } from "../../engine/answering";
import type { Facts } from "../../engine/facts";
import { Thread, type Bytes, type Parts } from "../../engine/thread";
import type { Request } from "../../link/link";
import { watch, type Model } from "../../link/model";
import type { PartLink } from "../../link/part";
import { number, take, unpack, type Frame } from "../../link/protocol";
import type { ExplorerTraits } from "../../link/traits";
import type { Beside, Second } from "./beside";
import { Checked } from "./checked";
import { Order } from "./order";
import { Pace } from "./pace";
import { Parcels } from "./parcels";

const NAME = "in_page"; // of the pane whose frames these are
const [PLACE, ON_SCREEN, BARS, PICTURE, OVERLAY, PAGE] = ["stage/occluder", "grid/visible", "bars/values", "stage/picture", "stage/overlay", "page/set"];
const TILE = 56; // px of the longest side of a map that is drawn, while the tiles are as large as fits
const OPENED = 3; // times that a network is opened which then disagrees with the kernel
/** What both answer. */
const BOTH = new Set(["grid/stats", "grid/tiles", "unit/map", "ribbon/tiles", BARS, OVERLAY]);

/** Opens the thread; tests have another one. */
export type Open = (parts: Parts) => Promise<Pick<Thread, "show" | "ask" | "end">>;
type Opened = Awaited<ReturnType<Open>>;

/** What the page has got of the network so far. */
type Stage = "nothing" | "asked" | "fetched" | "open" | "given up";

export class NetworkInPage implements Second {
  /** ms that the page took for the answer that is shown; null: the kernel's is shown */
  readonly shown = signal<number | null>(null);
  readonly #pace = new Pace();
  readonly #order: Order;
  readonly #checked = new Checked();
  #stage: Stage = "nothing";
  #left = OPENED;
  #turn = -1;
  #facts: Facts | null = null;
  #parcels: Parcels | null = null;
  #thread: Opened | null = null;
  /** the fills of the picture that the thread knows; null: it does not know the present one */
  #picture: Facts["fills"] | null = null;
  /** number of the question about the picture that is on its way */
  #asked = 0;
  #box: Box | null;
  #kernelBox: Box | null;
  #onScreen: Int32Array | null = null;
  #ranking = 0;
  /** the thread that is answering */
  #answering: Opened | null = null;
  #due = false;
  #views = 0;

  constructor(
    private readonly model: Model<ExplorerTraits>,
    private readonly beside: Beside,
    private readonly link: PartLink,
    private readonly life: AbortSignal,
    private readonly open: Open = Thread.open,
  ) {
    this.#box = this.#kernelBox = model.get("occluder");
    this.#order = new Order(this.#box);
    watch(model, ["occluder"], () => (same(model.get("occluder"), this.#box) ? undefined : void this.#moved(model.get("occluder"))), life);
    watch(model, ["layer"], () => void (this.#onScreen = null), life);
    life.addEventListener("abort", () => this.#drop("given up"), { once: true });
    beside.second = this;
  }

  /** A view of the widget is there until `signal` aborts; without one nothing is kept for a drag. */
  viewed(signal: AbortSignal): void {
    this.#views += 1;
    signal.addEventListener("abort", () => (--this.#views === 0 && this.#stage !== "given up" ? this.#drop("nothing") : undefined), { once: true });
  }

  // --- what the panes ask ---

  wanted({ kind, meta, arrays }: Request): void {
    if (kind === ON_SCREEN) this.#onScreen = arrays.units!.values as Int32Array;
    if (kind !== PLACE) return;
    this.#moved(meta.box as Box | null);
    this.#want();
  }

  sent(seq: number, { kind }: Request): void {
    if (kind === PLACE) this.#pace.sent(seq, performance.now());
  }

  /** While the page answers, the kernel gets where the hand rests, and now and then where it is. */
  rest({ kind, meta }: Request): number {
    const answers = kind === PLACE && !meta.final && this.shown.value !== null && this.#picture !== null;
    return answers ? this.#pace.rest(performance.now()) : 0;
  }

  #moved(box: Box | null): void {
    this.#box = box;
    this.#order.moved(box);
  }

  // --- what the kernel answers ---

  admits(frame: Frame): boolean {
    const { kind } = frame;
    if (kind === "ack") this.#acknowledged(frame.seq);
    else if (kind.startsWith(`${NAME}/`)) this.#told(kind.slice(NAME.length + 1), frame);
    else if (kind === PICTURE) this.#otherPicture();
    else if (BOTH.has(kind)) return this.#answered(frame);
    return true;
  }

  #acknowledged(seq: number): void {
    this.#pace.answered(seq, performance.now());
    const served = this.#views > 0 && this.beside.last(PAGE)?.meta.kernel !== false; // a page that was handed out answers by itself
    if (!this.#pace.slow || this.#stage !== "nothing" || !served) return;
    this.#stage = "asked";
    this.link.post("want");
  }

  #answered(frame: Frame): boolean {
    const values = frame.kind === BARS ? take(frame, "values", "float32", 1)?.values : null;
    if (values) {
      this.#ranking = number(frame.meta, "ranking", 0);
      if (!this.#checked.agrees(this.#kernelBox, values)) this.#disagrees();
    }
    const admitted = this.#order.admits(frame.kind);
    if (admitted && values) this.shown.value = null;
    return admitted;
  }

  #disagrees(): void {
    this.#left -= 1;
    this.#drop(this.#left > 0 ? "nothing" : "given up");
  }

  /** What is about the network itself. */
  #told(kind: string, frame: Frame): void {
    if (kind === "place") this.#order.kernelIsAt((this.#kernelBox = frame.meta.box as Box | null));
    else if (kind === "changed") this.#drop(this.#stage === "given up" ? "given up" : "nothing");
    else if (kind === "ready" && this.#stage === "asked") this.#fetch(frame);
    else if (kind === "part") this.#parcels?.take(frame);
    else if (kind === "view" && this.#thread) this.#show(frame, this.#thread);
  }

  #fetch({ meta }: Frame): void {
    this.#stage = "fetched";
    this.#turn = number(meta, "turn", 0);
    this.#facts = meta.facts as Facts;
    this.#parcels = new Parcels(this.link, this.#turn, meta.sizes as Record<string, number>, (files) => void this.#start(files));
  }

  async #start({ worker, network, runtime }: Record<string, Bytes>): Promise<void> {
    const turn = this.#turn;
    this.#parcels = null;
    try {
      const thread = await this.open({ script: worker!, network: network!, runtime: runtime!, size: this.#facts!.size });
      if (this.#stage !== "fetched" || turn !== this.#turn || this.life.aborted) return thread.end();
      this.#thread = thread;
      this.#stage = "open";
      this.#askPicture();
    } catch {
      this.#drop("given up"); // the kernel answers as before
    }
  }

  // --- the picture ---

  #otherPicture(): void {
    this.#picture = null;
    this.#checked.forget();
    if (!this.model.get("filming")) this.#askPicture();
  }

  #askPicture(): void {
    if (this.#stage === "open") this.#asked = this.link.post("view");
  }

  #show({ seq, meta, arrays }: Frame, thread: Opened): void {
    if (seq !== this.#asked) return;
    this.#picture = meta.fills as Facts["fills"];
    const [view, cover] = [arrays.view!.values as Float32Array, arrays.cover!.values as Float32Array];
    thread.show({ facts: { ...this.#facts!, fills: this.#picture }, view, cover });
  }

  // --- what the page answers ---

  #want(): void {
    if (this.#stage !== "open" || this.model.get("filming")) return;
    this.#due = true;
    if (this.#answering !== this.#thread) void this.#go(this.#thread!);
  }

  /** One question after the other, and the newest of those that wait. */
  async #go(thread: Opened): Promise<void> {
    this.#answering = thread;
    try {
      while (this.#due && this.#thread === thread && this.#picture) {
        this.#due = false;
        await this.#answer(thread, this.#picture);
      }
    } catch {
      if (this.#thread === thread) this.#drop("given up");
    } finally {
      if (this.#answering === thread) this.#answering = null;
    }
  }

  async #answer(thread: Opened, picture: Facts["fills"]): Promise<void> {
    const [box, at, question, began] = [this.#box, this.#order.now, this.#question(), performance.now()];
    const { answer } = await thread.ask(question);
    const took = performance.now() - began;
    if (this.#thread !== thread || this.#picture !== picture) return;
    this.#pace.page(took);
    if (this.#pace.lost) return this.#drop("given up");
    const frames = answer.frames.map(([message, buffers]) => unpack(message, buffers));
    this.#checked.answered(box, frames.find(({ kind }) => kind === BARS)!.arrays.values!.values as Float32Array);
    if (!this.#order.takes(at) || !sameQuestion(question, this.#question())) return;
    const shown = frames.filter((frame) => this.#suits(frame));
    this.#order.shows(at, shown.map(({ kind }) => kind));
    for (const frame of shown) this.beside.show(frame);
    this.shown.value = Math.round(took);
  }

  /** A map over the picture comes in the colours that the kernel chose for it. */
  #suits({ kind, meta }: Frame): boolean {
    return kind !== OVERLAY || this.beside.last(OVERLAY)?.meta.signed === meta.signed;
  }

  #question(): Question {
    const { model } = this;
    const get = model.get.bind(model);
    const position = get("position");
    return {
      box: this.#box,
      fill: get("fill"),
      layer: get("layer"),
      unit: get("unit"),
      position: Array.isArray(position) ? (position as [number, number]) : null,
      target: get("target") as number | null,
      overlay: get("method") === "cam" && !get("place") ? "map" : "stored",
      tile: get("tile") || TILE,
      onScreen: this.#onScreen,
      ranking: this.#ranking,
      seq: 0,
    };
  }

  #drop(stage: Stage): void {
    this.#stage = stage;
    this.#thread?.end();
    this.#parcels?.end();
    this.#thread = this.#parcels = this.#picture = this.#facts = null;
    this.#order.forget();
    this.#checked.forget();
    this.#pace.forgetPage();
    this.shown.value = null;
  }
}

/** Whether an answer to the one is an answer to the other, wherever the hand is. */
function sameQuestion(one: Question, other: Question): boolean {
  const of = ({ fill, layer, unit, position, target, overlay, tile }: Question): string => JSON.stringify([fill, layer, unit, position, target, overlay, tile]);
  return of(one) === of(other);
}
