// The rows of the sheet: what each unit below wants to see, its map now, its kernel, and what it adds.
import { useMemo } from "preact/hooks";
import { signed } from "../../arithmetic/number_format";
import type { WhyRow } from "../parts";
import { useScreen } from "../screen_context";
import { PictureTile, PlaneTile } from "./tile";
import { keyOf, lookOf, patternsOf, planesOf, type Picture, type RowPlanes } from "./tiles";

export function Rows() {
  const screen = useScreen();
  const { why, parts } = screen;
  const rows = why.rows.value;
  const [planeFrame, patternFrame] = [screen.frame("why", "planes").value, screen.frame("why", "patterns").value];
  const planes = useMemo(() => planesOf(planeFrame), [planeFrame]);
  const patterns = useMemo(() => patternsOf(patternFrame), [patternFrame]);
  const most = Math.max(1e-12, ...rows.map(({ adds }) => Math.abs(adds)));
  const go = (below: NonNullable<WhyRow["below"]>): void => void parts.why.link.post("go", below);
  if (rows.length === 0) return null;
  return (
    <div class="dv-x-why-rows">
      <div class="dv-x-why-head dv-dim" aria-hidden="true">
        <span title="What the unit wants to see, where that is known">looks for</span>
        <span title="Its map on this picture, now">sees</span>
        <span title="What its values are multiplied by: red adds, blue takes away">{why.weights.value}</span>
        <span>unit below</span>
        <span>what it adds</span>
      </div>
      {rows.map((row, place) => (
        <Row key={place} row={row} most={most} go={go} planes={row.tiles ? planes[place] : undefined} picture={row.below ? patterns.get(keyOf(row.below.layer, row.below.unit)) : undefined} />
      ))}
    </div>
  );
}

interface Shown {
  readonly row: WhyRow;
  readonly most: number;
  readonly go: (below: NonNullable<WhyRow["below"]>) => void;
  readonly planes: RowPlanes | undefined;
  readonly picture: Picture | undefined;
}

function Row({ row, most, go, planes, picture }: Shown) {
  const { words, layer, adds, below, tiles } = row;
  return (
    <button type="button" class={tiles ? "dv-x-why-row" : "dv-x-why-row dv-x-why-plain"} disabled={!below} title={below ? `Go down to ${layer}:${below.unit}` : ""} onClick={() => below && go(below)}>
      <PictureTile picture={picture} kind="pattern" />
      <PlaneTile plane={planes?.map} look={lookOf(planes?.map, !below)} kind="map" />
      <PlaneTile plane={planes?.kernel} look="signed" kind="kernel" />
      <span class="dv-x-why-words">
        <b>{words}</b>
        <span class="dv-dim">{layer}</span>
      </span>
      <span class="dv-x-why-bar" data-sign={adds < 0 ? "against" : "for"} style={{ "--dv-x-share": String(Math.abs(adds) / most) }} />
      <span class="dv-x-why-number">{signed(adds)}</span>
    </button>
  );
}
