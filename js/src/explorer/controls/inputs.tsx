// What the network is given beside the picture: a line of words, sliders, a second picture; with what each part adds.
import { useRef } from "preact/hooks";
import { signed } from "../../arithmetic/number_format";
import { deliverFile } from "../../page/files";
import { complain } from "../../link/model";
import { EnteredInput } from "./entered";
import type { InputRow } from "../parts";
import { PictureCanvas, usePictures } from "../picture_canvas";
import { useScreen } from "../screen_context";

/** How many lines of the column an input takes. */
export const linesOf = (row: InputRow): number => (row.kind === "words" ? 2 : row.kind === "numbers" ? row.names.length : 2);

export function Inputs() {
  const { inputs } = useScreen();
  return (
    <>
      {inputs.rows.value.map((row) => (
        <div key={row.name} class="dv-x-input" data-input={row.name}>
          {row.kind === "words" ? <WordsInput row={row} /> : row.kind === "numbers" ? <NumbersInput row={row} /> : <PictureInput row={row} />}
        </div>
      ))}
    </>
  );
}

function WordsInput({ row }: { row: InputRow }) {
  const { parts, inputs } = useScreen();
  const set = (value: string): void => void parts.inputs.link.post("set", { name: row.name, value });
  const most = Math.max(1e-9, ...row.parts.map(([, adds]) => Math.abs(adds)));
  return (
    <>
      <EnteredInput type="text" class="dv-x-words" aria-label={row.name} placeholder={row.name} value={row.value as string} turn={inputs.turn.value} enter={set} />
      <div class="dv-x-chips">
        {row.parts.map(([word, adds], place) => (
          <span key={place} class="dv-x-chip" title={`${word}: ${signed(adds)}`} style={{ "--dv-x-adds": String(Math.abs(adds) / most) }} data-sign={adds < 0 ? "against" : "for"}>
            {word} <small>{signed(adds)}</small>
          </span>
        ))}
      </div>
    </>
  );
}

function NumbersInput({ row }: { row: InputRow }) {
  const { parts } = useScreen();
  const values = row.value as number[];
  const set = (place: number, value: number): void => void parts.inputs.link.post("set", { name: row.name, value: values.map((old, at) => (at === place ? value : old)) });
  return (
    <>
      {row.names.map((name, place) => {
        const [low, high] = row.ranges[place]!;
        const adds = row.parts[place]?.[1];
        return (
          <label key={name} class="dv-x-number">
            <span>{name}</span>
            <EnteredInput type="range" min={low} max={high} step={(high - low) / 200} value={String(values[place])} enter={(text) => set(place, Number(text))} />
            <span title={adds === undefined ? "" : `adds ${signed(adds)}`}>{Number(values[place]!.toPrecision(4))}</span>
          </label>
        );
      })}
    </>
  );
}

function PictureInput({ row }: { row: InputRow }) {
  const screen = useScreen();
  const { parts, life } = screen;
  const field = useRef<HTMLInputElement>(null);
  const [picture] = usePictures(screen.frame("inputs", `picture-${row.name}`).value);
  const deliver = (name: string, bytes: Uint8Array<ArrayBuffer>): void => {
    parts.inputs.link.post("file", { name, input: row.name }, { bytes: { shape: [bytes.length], values: bytes } });
  };
  const bring = (file: File | undefined): void => {
    if (file) void deliverFile(file, { deliver, refuse: (sentence) => complain(parts.stage.model, sentence) }, life);
  };
  return (
    <button type="button" class="dv-x-second" title={`Open another picture for ${row.name}`} onClick={() => field.current?.click()}>
      {picture && <PictureCanvas {...picture} />}
      <span>{row.name}</span>
      <input ref={field} type="file" accept="image/*" hidden aria-label={row.name} onChange={(event) => bring(event.currentTarget.files?.[0])} />
    </button>
  );
}
