// A map: the value under the pointer, on it or on a map of its group, and the colours' meaning.
import { useEffect, useMemo, useState } from "preact/hooks";
import { decimal, join, place } from "../arithmetic/number_format";
import { cellAt, placeOf, stepped, type Place, type Position } from "../arithmetic/shared_cursor";
import { publish, subscribe } from "../link/bus";
import { gradient } from "../page/legend";
import { outline } from "../page/canvas";
import { coloured, valueAt, type Plane } from "./map_layers";
import type { MapPart } from "./parts";
import { widthOf } from "./picture";
import { numbers, picture, type Shown } from "./store";
import { useCanvas, useLater } from "./use";

export function Map(part: MapPart) {
  const { values, lo, hi } = part;
  const [rows = 0, cols = 0] = values.shape;
  const plane = useLater(async (): Promise<Plane> => ({ values: (await numbers(values)) as Uint16Array<ArrayBuffer>, shape: [rows, cols], lo, hi }), [values.array, lo, hi]);
  const below = useLater(async () => part.picture && picture(part.picture), [part.picture?.picture]);
  return rows * cols === 0 ? <p class="note">{part.title}</p> : <PlaneView {...part} plane={plane} below={below} size={part.size} />;
}

interface Props extends Pick<MapPart, "title" | "lines" | "colormap" | "signed" | "fine" | "smooth" | "ends" | "opacity" | "group" | "boxes" | "size" | "picture"> {
  readonly plane: Plane | null;
  readonly below: Shown | null;
}

/** A map that is known, or comes: also the one that a sum makes. */
export function PlaneView(part: Props) {
  const { plane, below, title, lines, group, size } = part;
  const shape = part.picture ? [part.picture.height, part.picture.width] : (plane?.shape ?? [1, 1]);
  const { cursor, handlers } = useCursor(group, plane?.shape ?? null);
  const image = useMemo(() => plane && (!part.picture || below) && coloured(plane, below, part), [plane, below, part.colormap, part.ends[0], part.ends[1]]);
  const canvas = useCanvas(
    (drawing, height, width) => {
      if (!image || !plane) return;
      drawing.imageSmoothingEnabled = part.picture !== null || part.smooth;
      drawing.drawImage(image, 0, 0, width, height);
      const scale = width / shape[1]!;
      for (const box of part.boxes) outline(drawing, box.map((side) => side * scale), "#ffd166");
      if (cursor) cross(drawing, cursor, plane.shape, height, width);
    },
    [image, cursor, part.boxes],
  );
  const told = cursor && plane ? join(place(...cursor), decimal(valueAt(plane, ...cursor))) : " ";
  return (
    <figure class="map" style={{ width: widthOf(shape[0]!, shape[1]!, size) }}>
      {title && <h3>{title}</h3>}
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={join(title || "Map", ...lines)}
        data-cursor={JSON.stringify(cursor)}
        style={{ aspectRatio: `${shape[1]} / ${shape[0]}` }}
        {...handlers}
      />
      <p class="readout" aria-live="polite">
        {told}
      </p>
      <p class="legend">
        <span>{decimal(part.ends[0])}</span>
        <i style={{ backgroundImage: gradient(part.colormap) }} />
        <span>{decimal(part.ends[1])}</span>
      </p>
      {lines.map((line, at) => (
        <p class="note" key={at}>
          {line}
        </p>
      ))}
    </figure>
  );
}

/** The cell that is pointed at on this map or on another of its group, by pointer, finger or arrow keys. */
function useCursor(group: string, shape: readonly [number, number] | null) {
  const [at, setAt] = useState<Place | null>(null);
  const [self] = useState({});
  useEffect(() => {
    const life = new AbortController();
    if (group) subscribe(group, "cursor", ({ place, from }) => (from === self ? undefined : setAt(place)), life.signal);
    return () => life.abort();
  }, [group]);
  const tell = (place: Place | null): void => {
    setAt(place);
    if (group) publish(group, "cursor", { place, chosen: false, from: self });
  };
  const point = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    tell([(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width]);
  };
  const cursor: Position | null = at && shape && cellAt(at, ...shape);
  const key = (event: KeyboardEvent): void => {
    const next = shape && stepped(event.key, cursor, ...shape, event.shiftKey ? 8 : 1);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    tell(placeOf(next, ...shape));
  };
  return { cursor, handlers: { onPointerMove: point, onPointerDown: point, onPointerLeave: () => tell(null), onBlur: () => tell(null), onKeyDown: key } };
}

function cross(drawing: CanvasRenderingContext2D, [row, col]: Position, [rows, cols]: readonly [number, number], height: number, width: number): void {
  const [down, across] = [height / rows, width / cols];
  const [tall, wide] = [Math.max(down, 7), Math.max(across, 7)];
  outline(drawing, [(row + 0.5) * down - tall / 2, (col + 0.5) * across - wide / 2, tall, wide], "#ffffff");
}
