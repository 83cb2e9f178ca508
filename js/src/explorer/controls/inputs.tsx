// What the network is given beside the picture: a line of words, sliders, a second picture; with what each part adds.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signed } from "../../arithmetic/number_format";
import { acceptFiles, deliverFile } from "../../page/files";
import { complain } from "../../link/model";
import { EnteredInput } from "./entered";
import type { InputRow } from "../parts";
import { PictureCanvas, usePictures } from "../picture_canvas";
import { useScreen } from "../screen_context";

/** How many lines of the column an input takes. */
export const linesOf = (row: InputRow): number => (row.kind === "words" ? 2 : row.kind === "numbers" ? row.names.length : 2);

export function Inputs() {
  const { inputs, page } = useScreen();
  return (
    <>
      {inputs.rows.value.map((row) => (
        <fieldset key={row.name} class="dv-x-input" data-input={row.name} disabled={!page.kernel.value}>
          {row.kind === "words" ? <WordsInput row={row} /> : row.kind === "numbers" ? <NumbersInput row={row} /> : <PictureInput row={row} />}
        </fieldset>
      ))}
    </>
  );
}

function WordsInput({ row }: { row: InputRow }) {
  const { parts, inputs } = useScreen();
  const set = (value: string): void => void parts.inputs.link.post("set", { input: row.name, value });
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
  const set = (place: number, value: number): void => void parts.inputs.link.post("set", { input: row.name, value: values.map((old, at) => (at === place ? value : old)) });
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

/** A second picture: chosen among the ready ones, brought as a file, dropped, pasted, or the one that is shown. */
function PictureInput({ row }: { row: InputRow }) {
  const { frame, page } = useScreen();
  const [picture] = usePictures(frame("inputs", `picture-${row.name}`).value);
  const shown = picture && <PictureCanvas {...picture} title={row.name} />;
  return page.kernel.value ? <PictureChoice row={row} shown={shown} /> : <div class="dv-x-second"><span class="dv-x-second-open">{shown}</span><span class="dv-x-second-name">{row.name}</span></div>;
}

function PictureChoice({ row, shown }: { row: InputRow; shown: ComponentChildren }) {
  const { parts, pictures, life } = useScreen();
  const [place, field] = [useRef<HTMLDivElement>(null), useRef<HTMLInputElement>(null)];
  const { link } = parts.inputs;
  const input = row.name;
  const host = {
    deliver: (name: string, bytes: Uint8Array<ArrayBuffer>): void => void link.post("file", { name, input }, { bytes: { shape: [bytes.length], values: bytes } }),
    refuse: (sentence: string): void => complain(parts.stage.model, sentence),
  };
  const bring = (chosen: HTMLInputElement): void => {
    const file = chosen.files?.[0];
    if (file) void deliverFile(file, host, life);
    chosen.value = ""; // the same file may come again
  };
  const choose = (menu: HTMLSelectElement): void => {
    if (menu.value) link.post("choose", { input, index: Number(menu.value) });
    menu.value = ""; // the same picture may be chosen again
  };
  useEffect(() => {
    const here = new AbortController();
    acceptFiles({ target: place.current!, ...host }, here.signal);
    return () => here.abort();
  }, [input]);
  return (
    <div ref={place} class="dv-x-second">
      <button type="button" class="dv-x-second-open" title={`Open another picture: ${input}. Dropping or pasting one works, too.`} aria-label={`Open another picture: ${input}`} onClick={() => field.current?.click()}>
        {shown}
      </button>
      <span class="dv-x-second-name">{input}</span>
      <select aria-label={`Choose a picture: ${input}`} value="" onChange={(event) => choose(event.currentTarget)}>
        <option value="">choose…</option>
        {pictures.names.value.map((name, index) => (
          <option key={index} value={index}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" class="dv-button" title="The picture that is shown now becomes the other one" onClick={() => void link.post("shown", { input })}>
        this one
      </button>
      <input ref={field} type="file" accept="image/*" hidden aria-label={input} onChange={(event) => bring(event.currentTarget)} />
    </div>
  );
}
