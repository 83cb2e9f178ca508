// The synced traits of every widget. Names and defaults live in traits.json, which a Python test compares with the
// trait classes; here the types that JSON cannot say are made precise.
import type { Box } from "../arithmetic/box";
import type { ColormapName } from "../arithmetic/colormap";
import type { Position } from "../arithmetic/shared_cursor";
import type defaults from "./traits.json";

type Defaults = typeof defaults;
type Refine<Base, Precise extends { [K in keyof Precise]: K extends keyof Base ? unknown : never }> = Omit<Base, keyof Precise> &
  Precise;

export interface MarkedBox {
  box: Box;
  kind: "field" | "localization" | "selected";
  label: string;
}
export interface LayerRow {
  name: string;
  kind: string;
  shape: number[];
  field: string;
  title: string;
  units: string[];
}

export type CommonTraits = Pick<Defaults["stage"], "group" | "label" | "notice">;
export type StageTraits = Refine<Defaults["stage"], { occluder: Box | null; boxes: MarkedBox[]; colormap: ColormapName }> & Places;
/** A place of the picture that is asked about: a box, or the outline of a region. */
export type Place = Box | readonly Position[];
/** What only the Explorer's stage has. */
export interface Places {
  place?: Place | null;
  /** whether the next drag outlines a region */
  outlining?: boolean;
  found?: FoundBox[];
}
/** What a detector found: where, which class, and in words what and how sure. */
export interface FoundBox {
  box: Box;
  index: number;
  words: string;
}
export type UnitGridTraits = Refine<
  Defaults["unit_grid"],
  {
    scale: "layer" | "unit";
    sort: "index" | "max" | "mean";
    mode: Mode;
    colormap: ColormapName;
    position: Position | null;
    names: string[];
  }
>;
export type MapViewTraits = Refine<
  Defaults["map_view"],
  { position: Position | null; colormap: ColormapName; limits: readonly [lo: number, hi: number] | null }
>;
export type GalleryTraits = Refine<Defaults["gallery"], { captions: string[]; marked: number[] }>;
export type DownloadButtonTraits = Defaults["download_button"];
export type TrayTraits = Refine<Defaults["tray"], { captions: string[]; marked: number[] }>;
export type CameraTraits = Refine<Defaults["camera"], { size: [height: number, width: number] }>;
export type Mode = "activation" | "gradient" | "pictures" | "patches";
export type About = "synthesized" | "top" | "deconv" | "facts" | "find";
export type ExplorerTraits = Refine<
  Defaults["explorer"],
  {
    position: Position | null;
    target: number | null;
    place: Place | null;
    method: string | null;
    occluder: Box | null;
    tiles: Mode;
    zoom: "" | "grid" | "unit" | "backward";
    about: About;
    params: Record<string, Record<string, unknown>> | null;
    /** layer → the channels that are switched off */
    off: Record<string, number[]> | null;
    /** whether it is shown what the units below add to the selected one */
    why: boolean;
    /** a reference to the circuit board under the Explorer */
    circuit_board: string | null;
    colormap: ColormapName | "automatic";
    sort: "index" | "max" | "mean";
    scale: "layer" | "unit";
  }
>;
export type SchemeTraits = Defaults["scheme"];
