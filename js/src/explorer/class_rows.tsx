// The answers, class probabilities for one: every row is a button that explains its class; a class further down is found by typing.
import { useId, useMemo, useRef } from "preact/hooks";
import { barOf, inWords } from "../arithmetic/answers";
import { cssColour } from "../arithmetic/class_colour";
import { chosenRows } from "../arithmetic/ranking";
import { number, take } from "../link/protocol";
import { linesOf } from "./controls/inputs";
import { useScreen } from "./screen_context";

export function ClassRows() {
  const screen = useScreen();
  const frame = screen.frame("bars", "values").value;
  const { parts, bars, inputs, state, sizes } = screen;
  const [labels, meaning] = [bars.labels.value, bars.meaning.value];
  const kept = useRef<number[]>([]);
  const ranked = useRef(-1);
  const largest = useRef(0); // of what was seen since the rows were chosen
  const list = useId();
  const values = frame && take(frame, "values", "float32", 1)?.values;
  const top = frame ? number(frame.meta, "top", 0) : -1;
  // left to itself it is what was on top before anything was covered
  const chosen = (state.target.value as number | null) ?? (frame ? number(frame.meta, "chosen", top) : top);
  const coloured = meaning.kind === "pixels"; // as in the map over the picture
  const taken = inputs.rows.value.reduce((lines, row) => lines + linesOf(row), 0);
  const count = Math.max(2, sizes.value.rows - 1 - taken); // the last line finds others
  const rows = useMemo(() => {
    if (!values) return kept.current;
    const ranking = number(frame!.meta, "ranking", 0); // of a frame that was overtaken before it was drawn, the next one has it too
    const rank = ranking > ranked.current;
    kept.current = chosenRows(kept.current, meaning.ranked ? values : values.map(() => 0), { count, chosen, top, rank });
    ranked.current = Math.max(ranked.current, ranking);
    largest.current = values.reduce((most, value) => Math.max(most, Math.abs(value)), rank ? 0 : largest.current);
    return kept.current;
  }, [frame, count, chosen]);
  const find = (input: HTMLInputElement): void => {
    const index = labels.indexOf(input.value);
    if (index < 0) return;
    input.value = "";
    if (index !== state.target.value) parts.bars.link.post("pick", { index });
    screen.root.focus({ preventScroll: true });
  };
  if (!state.shares.value) return <div class="dv-x-classes" />;
  return (
    <div class="dv-x-classes" role="group" aria-label={meaning.title} style={{ "--dv-x-row": `${sizes.value.row}px` }} data-seq={frame?.seq ?? 0}>
      {values &&
        rows.map((index) => (
          <button
            key={index}
            type="button"
            class="dv-x-class"
            data-class={labels[index]}
            data-share={values[index]!.toFixed(4)}
            aria-pressed={index === chosen}
            title={`${labels[index]}: ${inWords(meaning, index, values[index]!)}. A click explains it.`}
            onClick={() => void parts.bars.link.post("pick", { index })}
          >
            <Bar {...barOf(meaning, index, values[index]!, largest.current)} />
            <span class="dv-x-ring" aria-hidden="true" style={coloured ? { borderColor: cssColour(index), background: cssColour(index) } : undefined} />
            <span class="dv-x-class-name">{labels[index]}</span>
            <span class="dv-x-share">{inWords(meaning, index, values[index]!)}</span>
          </button>
        ))}
      {bars.ask.value && <p class="dv-x-ask">{bars.ask.value}</p>}
      {labels.length > 1 && (
        <>
          <input class="dv-x-find" list={list} placeholder={`any of ${labels.length} ${meaning.nouns}…`} aria-label="Explain another class" onChange={(event) => find(event.currentTarget)} />
          <ClassNames id={list} />
        </>
      )}
    </div>
  );
}

function Bar({ left, width }: { left: number; width: number }) {
  return <span class="dv-x-bar" style={{ left: `${100 * left}%`, width: `${100 * width}%` }} />;
}

/** The names to choose from while one types. A component of its own: a thousand of them are not made anew in a drag. */
export function ClassNames({ id }: { id: string }) {
  const { bars } = useScreen();
  return (
    <datalist id={id}>
      {bars.labels.value.map((label, index) => (
        <option key={index} value={label} />
      ))}
    </datalist>
  );
}
