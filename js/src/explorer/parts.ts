// The panes of the Explorer that are views of their own, and the values of the others: one model and one link carry all.
import { CLASSES, type Meaning } from "../arithmetic/answers";
import type { Binding } from "../arithmetic/keys";
import { PartLink, PartModel } from "../link/part";
import type { Channel } from "../link/link";
import type { Model } from "../link/model";
import defaults from "../link/traits.json";
import type { CameraTraits, ExplorerTraits, LayerRow, MapViewTraits, StageTraits, UnitGridTraits } from "../link/traits";
import type { Definition } from "../link/widget";
import { camera } from "../views/camera";
import { mapView } from "../views/map_view";
import { stage } from "../views/stage";
import { bareGrid } from "../views/unit_grid";
import { Beside } from "./in_page/beside";
import { NetworkInPage } from "./in_page/network";

/** A view that is mounted into a pane. */
export interface Part<T, S = unknown> {
  readonly definition: Definition<T, S>;
  readonly model: PartModel<T & object>;
  readonly link: PartLink;
  readonly state: S;
}

export interface PageValues {
  keys: Binding[];
  network: string;
  size: [height: number, width: number];
  note: string;
  /** whether there is a kernel that answers; a page that lives without one shows no control that needs it */
  kernel: boolean;
  /** what the occluder may show */
  fills: string[];
  /** the lines of code that make what is on screen, and where it was saved */
  code: string;
  saved: string;
}
export interface PicturesValues {
  names: string[];
  chosen: number;
  other: string;
}
export interface Param {
  name: string;
  label: string;
  help: string;
  value: unknown;
  choices: unknown[] | null;
  low: number | null;
  high: number | null;
  step: number | null;
  whole: boolean;
}
export interface OfferedMethod {
  name: string;
  title: string;
  serves: boolean;
  params: Param[];
}
export interface MethodValues {
  methods: OfferedMethod[];
  progress: number | null;
}
export interface BlockRow {
  title: string;
  layers: string[];
  shown: string;
  of: string;
}
export interface RibbonValues {
  blocks: BlockRow[];
  layers: LayerRow[];
  inputs: { layer: string; shares: number[] };
}
export interface PatternsValues {
  running: boolean;
  progress: number;
  notice: string;
}
/** What the network is given beside the picture. */
export interface InputRow {
  name: string;
  kind: "words" | "numbers" | "picture";
  value: string | number[] | null;
  names: string[];
  ranges: [low: number, high: number][];
  /** what each word or number adds to the score */
  parts: [part: string, adds: number][];
}
export interface InputsValues {
  rows: InputRow[];
  /** counts how often a field is to show its last good value again */
  turn: number;
}
/** What one unit below adds to the selected one; `below` is the way to it. */
export interface WhyRow {
  words: string;
  layer: string;
  adds: number;
  below: { layer: string; unit: number; position: [row: number, col: number] | null } | null;
  /** whether the frames have its map and its kernel */
  tiles: boolean;
}
export interface WhyValues {
  rows: WhyRow[];
  heading: string;
  how: string;
  /** the way from the unit that was asked about first down to the one shown */
  trail: { layer: string; unit: number }[];
  /** what the kernels hold: weights, or relevance */
  weights: string;
  /** the lines of code that make the circuit board, once they were asked for */
  code: string;
}
export interface BarsValues {
  labels: string[];
  meaning: Meaning;
  /** what is asked about the meaning, where it is not known */
  ask: string;
}
export interface Facts {
  of: string;
  line: string;
  bins: string[];
  counts: number[];
  classes: [label: string, correlation: number][];
}
export interface AtlasValues {
  /** whether it is known by now if there is an atlas */
  looked: boolean;
  found: boolean;
  folder: string;
  said: string;
  running: boolean;
  fraction: number;
  how_far: string;
  captions: string[];
  top_notice: string;
  notice: string;
  facts: Facts | null;
  similar_captions: string[];
  similar_title: string;
  find_captions: string[];
  find_title: string;
}

const PAGE: PageValues = {
  keys: [], network: "", size: [1, 1], note: "", kernel: true, fills: ["grey", "mean", "black", "noise", "blur"], code: "", saved: "",
};
const PICTURES: PicturesValues = { names: [], chosen: -1, other: "" };
const METHOD: MethodValues = { methods: [], progress: null };
const RIBBON: RibbonValues = { blocks: [], layers: [], inputs: { layer: "", shares: [] } };
const BARS: BarsValues = { labels: [], meaning: CLASSES, ask: "" };
const INPUTS: InputsValues = { rows: [], turn: 0 };
const WHY: WhyValues = { rows: [], heading: "", how: "", trail: [], weights: "weights", code: "" };
const PATTERNS: PatternsValues = { running: false, progress: 0, notice: "" };
const ATLAS: AtlasValues = {
  looked: false, found: false, folder: "", said: "", running: false, fraction: 0, how_far: "", captions: [], top_notice: "", notice: "",
  facts: null, similar_captions: [], similar_title: "", find_captions: [], find_title: "",
};
const GRID = { ...defaults.unit_grid, colormap: "inferno", lit: true };
const CAMERA: CameraTraits = { group: "", label: "", notice: "", running: false, frozen: false, size: [224, 224], crop: true };

/** A pane without a view of its own: its values and its link. */
export interface Values<T extends object> {
  readonly model: PartModel<T>;
  readonly link: PartLink;
}

export interface Parts {
  readonly stage: Part<StageTraits, null>;
  readonly grid: Part<UnitGridTraits>;
  readonly unit: Part<MapViewTraits>;
  readonly backward: Part<MapViewTraits>;
  readonly camera: Part<CameraTraits, null>;
  readonly page: Values<PageValues>;
  readonly pictures: Values<PicturesValues>;
  readonly method: Values<MethodValues>;
  readonly ribbon: Values<RibbonValues>;
  readonly patterns: Values<PatternsValues>;
  readonly bars: Values<BarsValues>;
  readonly inputs: Values<InputsValues>;
  readonly why: Values<WhyValues>;
  readonly status: Values<{ words: string[]; milliseconds: number }>;
  readonly atlas: Values<AtlasValues>;
  /** what answers a drag where the kernel is slow */
  readonly network: NetworkInPage;
}

/** All parts of one Explorer, shared by its views. */
export function partsOf(kernel: Channel, model: Model<ExplorerTraits>, life: AbortSignal): Parts {
  const link = new Beside(kernel);
  const group = model.get("group");
  const values = <T extends object>(name: string, start: T, shared = {}, window = 1): Values<T> => {
    const own = new PartLink(link, name, window);
    return { link: own, model: new PartModel<T>(model as unknown as Model<never>, start, shared, own) };
  };
  function part<T extends object, S>(definition: Definition<T, S>, name: string, start: object, shared: Partial<Record<keyof T & string, string>>): Part<T, S> {
    const { link: own, model: traits } = values<T>(name, { ...start, group } as T, shared, definition.window);
    return { definition, link: own, model: traits, state: definition.share(own, traits, life) };
  }
  const map = { ...defaults.map_view, colormap: "inferno" };
  return {
    stage: part(stage, "stage", { ...defaults.stage, fields: false, outlining: false, found: [] }, { occluder: "occluder", fill: "fill", opacity: "opacity", place: "place" }),
    grid: part(bareGrid as Definition<UnitGridTraits, unknown>, "grid", GRID, {
      layer: "layer", unit: "unit", position: "position", tile: "tile", gamma: "gamma", boost: "boost", mode: "tiles", sort: "sort", scale: "scale",
    }),
    unit: part(mapView as Definition<MapViewTraits, unknown>, "unit", map, { position: "position", gamma: "gamma", boost: "boost" }),
    backward: part(mapView as Definition<MapViewTraits, unknown>, "backward", { ...map, interactive: false, smooth: true }, {}),
    camera: part(camera, "camera", CAMERA, { running: "filming", frozen: "camera_frozen" }),
    page: values("page", PAGE),
    pictures: values("pictures", PICTURES),
    method: values("method", METHOD),
    ribbon: values("ribbon", RIBBON),
    patterns: values("patterns", PATTERNS),
    bars: values("bars", BARS),
    inputs: values("inputs", INPUTS),
    why: values("why", WHY),
    status: values("status", { words: [] as string[], milliseconds: 0 }),
    atlas: values("atlas", ATLAS),
    network: new NetworkInPage(model, link, new PartLink(link, "in_page"), life),
  };
}
