// What stands on a page, as Python writes it: page/encoded.py is the mirror image.
import type { ColormapName } from "../arithmetic/colormap";
import type { Box } from "../arithmetic/box";

export interface PictureRef {
  readonly picture: string;
  readonly height: number;
  readonly width: number;
}
export interface ArrayRef {
  readonly array: string;
  readonly dtype: "uint8" | "uint16" | "int32" | "float32";
  readonly shape: readonly number[];
}
export interface BytesRef {
  readonly bytes: string;
}

export interface TextPart {
  readonly part: "Text";
  readonly text: string;
  readonly role: "title" | "heading" | "plain" | "note";
}
export interface PicturePart {
  readonly part: "Picture";
  readonly pixels: PictureRef;
  readonly caption: string;
  readonly size: number;
  readonly boxes: readonly Box[];
  readonly marked: boolean;
}
export interface MapPart {
  readonly part: "Map";
  readonly values: ArrayRef;
  readonly lo: number;
  readonly hi: number;
  readonly title: string;
  readonly lines: readonly string[];
  readonly picture: PictureRef | null;
  readonly colormap: ColormapName;
  readonly signed: boolean;
  readonly fine: boolean;
  readonly smooth: boolean;
  readonly ends: readonly [low: number, high: number];
  readonly opacity: number;
  readonly group: string;
  readonly size: number;
  readonly boxes: readonly Box[];
  readonly palette: readonly (readonly [name: string, colour: string, words: string])[];
}
export interface BarsPart {
  readonly part: "Bars";
  readonly names: readonly string[];
  readonly values: readonly number[];
  readonly words: readonly string[];
  readonly title: string;
  readonly chosen: number | null;
}
export interface LinePart {
  readonly name: string;
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly colour: string;
  readonly dots: boolean;
}
export interface ChartPart {
  readonly part: "Chart";
  readonly lines: readonly LinePart[];
  readonly title: string;
  readonly x_title: string;
  readonly y_title: string;
  readonly height: number;
  readonly log: boolean;
  readonly ends: readonly [number, number] | null;
}
export interface ColumnsPart {
  readonly part: "Columns";
  readonly names: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[]; readonly colour: string }[];
  readonly title: string;
  readonly y_title: string;
  readonly height: number;
  readonly stacked: boolean;
}
export interface KeyPart {
  readonly part: "Key";
  readonly entries: readonly (readonly [colour: string, name: string])[];
}
export interface TablePart {
  readonly part: "Table";
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly title: string;
}
export interface DrawingPart {
  readonly part: "Drawing";
  readonly size: readonly [height: number, width: number];
  readonly alt: string;
  readonly light: BytesRef;
  readonly dark: BytesRef;
}
export interface RowPart {
  readonly part: "Row" | "Column";
  readonly parts: readonly Part[];
}
export interface ChoicePart {
  readonly part: "Choice";
  readonly labels: readonly string[];
  readonly parts: readonly Part[];
  readonly title: string;
  readonly chosen: number;
  readonly steps: boolean;
  readonly group: string;
}
export interface SumPart {
  readonly part: "Sum";
  readonly picture: PictureRef;
  readonly maps: ArrayRef;
  readonly weights: ArrayRef;
  readonly biases: ArrayRef;
  readonly labels: readonly string[];
  readonly names: readonly string[];
  readonly title: string;
  readonly chosen: number;
  readonly count: number | null;
  readonly patterns: readonly (PictureRef | null)[];
}
export interface OccluderPart {
  readonly part: "Occluder";
  readonly picture: PictureRef;
  readonly fill: PictureRef;
  readonly window: readonly [height: number, width: number];
  readonly stride: readonly [down: number, across: number];
  readonly values: ArrayRef;
  readonly names: readonly string[];
  readonly percent: boolean;
  readonly start: readonly [top: number, left: number] | null;
  readonly title: string;
}
export interface LivePart {
  readonly part: "Live";
  readonly module: string;
  readonly traits: Record<string, unknown>;
  readonly frames: readonly { readonly message: unknown; readonly buffers: readonly BytesRef[] }[];
  readonly data: Record<string, string>;
  readonly drawn: Part;
}
export interface PagePart {
  readonly part: "Page";
  readonly title: string;
  readonly inner: Part;
}

export type Part =
  | TextPart
  | PicturePart
  | MapPart
  | BarsPart
  | ChartPart
  | ColumnsPart
  | KeyPart
  | TablePart
  | DrawingPart
  | RowPart
  | ChoicePart
  | SumPart
  | OccluderPart
  | LivePart
  | PagePart;
