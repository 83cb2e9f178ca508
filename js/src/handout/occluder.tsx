// A square that is dragged over the picture, by pointer, finger or arrow keys; the answers follow.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Box } from "../arithmetic/box";
import { decimal } from "../arithmetic/number_format";
import { largest, percent } from "../arithmetic/ranking";
import { Occluder as Hand } from "../picture/occluder";
import { Bars } from "./bars";
import { answersAt, nearest } from "./nearest";
import type { OccluderPart } from "./parts";
import { shapeOf, widthOf } from "./picture";
import { numbers, picture } from "./store";
import { useCanvas, useLater } from "./use";

const LISTED = 8;
const SIZE = 384;

export function Occluder(part: OccluderPart) {
  const { height, width } = part.picture;
  const [rows = 1, cols = 1, n = 1] = part.values.shape;
  const values = useLater(() => numbers(part.values) as Promise<Float32Array>, [part.values.array]);
  const shown = useLater(() => picture(part.picture), [part.picture.picture]);
  const fill = useLater(() => picture(part.fill), [part.fill.picture]);
  const [box, setBox] = useState<Box>(() => startOf(part));
  const canvas = useCanvas(
    (drawing, tall, wide) => {
      if (!shown || !fill) return;
      const scale = wide / width;
      drawing.imageSmoothingQuality = "high";
      drawing.drawImage(shown.canvas, 0, 0, wide, tall);
      const [top, left, down, across] = box;
      drawing.drawImage(fill.canvas, left, top, across, down, left * scale, top * scale, across * scale, down * scale);
    },
    [shown, fill, box],
  );
  const said = useRef<HTMLSpanElement>(null);
  const surface = useHand(part, box, setBox, (words) => void (said.current!.textContent = words));
  const at = nearest(cornerOf(box), part.stride, [rows, cols]);
  const answers = useMemo(() => values && answersAt(values, [rows, cols, n], at), [values, at[0], at[1]]);
  // the rows stay where they are, so that bars can be seen to fall
  const listed = useMemo(() => (values ? largest(answersAt(values, [rows, cols, n], nearest(cornerOf(startOf(part)), part.stride, [rows, cols])), LISTED) : []), [values]);
  const told = (value: number): string => (part.percent ? percent(value) : decimal(value));
  const top = answers ? answers.indexOf(Math.max(...answers)) : -1;
  return (
    <section class="occluder">
      {part.title && <h3>{part.title}</h3>}
      <div class="row">
        <span class="unseen" role="status" ref={said} />
        <div class="surface" ref={surface} style={{ width: widthOf(height, width, SIZE), ...shapeOf(part.picture) }}>
          <canvas ref={canvas} role="img" aria-label="The picture, a part of it covered" />
        </div>
        {answers && (
          <Bars
            title={part.percent ? "With this part covered" : ""}
            names={listed.map((index) => part.names[index]!)}
            values={listed.map((index) => answers[index]!)}
            words={listed.map((index) => told(answers[index]!))}
            chosen={listed.includes(top) ? listed.indexOf(top) : null}
          />
        )}
      </div>
      <p class="note">Drag the square, or move it with the arrow keys. Answers were measured every {part.stride.join(" × ")} pixels.</p>
    </section>
  );
}

const cornerOf = ([top, left]: Box): readonly [number, number] => [top, left];

function startOf({ picture: { height, width }, window, start }: OccluderPart): Box {
  const [top, left] = start ?? [(height - window[0]) >> 1, (width - window[1]) >> 1];
  return [top, left, ...window];
}

/** The element under the hand that moves the square; its size stays what was measured. */
function useHand(part: OccluderPart, box: Box, setBox: (box: Box) => void, say: (words: string) => void) {
  const surface = useRef<HTMLDivElement>(null);
  const hand = useRef<Hand | null>(null);
  useEffect(() => {
    const life = new AbortController();
    const size = [part.picture.height, part.picture.width] as const;
    const changed = (moved: Box | null): void => {
      if (moved && moved[2] === part.window[0] && moved[3] === part.window[1]) return setBox(moved);
      made.box = moved ? fitted(moved, part.window, size) : startOf(part); // neither resized nor taken away
      setBox(made.box);
    };
    const made = new Hand({ surface: surface.current!, size: () => size, mayDraw: () => false, changed, say }, life.signal);
    hand.current = made;
    return () => {
      life.abort();
      made.node.remove();
    };
  }, [part]);
  useEffect(() => {
    hand.current?.adopt(box);
    hand.current?.place();
  }, [box]);
  return surface;
}

/** The box with the size of the window, inside the picture. */
export function fitted([top, left]: Box, [height, width]: readonly [number, number], [rows, cols]: readonly [number, number]): Box {
  return [Math.min(top, rows - height), Math.min(left, cols - width), height, width];
}
