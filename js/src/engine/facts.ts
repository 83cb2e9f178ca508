// What Python says of a network that runs in the page: in_page/facts.py writes it.
export type Span = readonly [first: readonly number[], last: readonly number[]];

export interface LayerFacts {
  readonly name: string;
  /** what the Explorer calls it */
  readonly title: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** what part of the picture each row and column of its maps sees */
  readonly rows: Span;
  readonly cols: Span;
  /** whether every unit sees the whole picture */
  readonly whole: boolean;
  readonly field: string;
}
export interface Facts {
  readonly network: string;
  /** of a view */
  readonly size: readonly [bands: number, height: number, width: number];
  readonly layers: readonly LayerFacts[];
  /** the layers whose units stand for the blocks of the ribbon */
  readonly shown: readonly string[];
  readonly labels: readonly string[];
  /** whether the highest score is what the network says */
  readonly ranked: boolean;
  /** whether exact class activation maps come with every pass */
  readonly maps: boolean;
  /** fills of one colour, by band; the one fill that is not comes as a picture of its own */
  readonly fills: Readonly<Record<string, readonly number[]>>;
}

export function layerOf(facts: Facts, name: string): LayerFacts {
  const found = facts.layers.find((layer) => layer.name === name);
  if (!found) throw new Error(`This page has no layer "${name}".`);
  return found;
}
