// One of several parts: from a menu, or by a player that goes through them.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ChoicePart, Part } from "./parts";

const EVERY_MS = 900; // slow enough to talk over
const groups = new Map<string, Signal<number>>();

/** The place that is chosen; choices of one group have the same. */
function chosenIn(group: string, first: number): Signal<number> {
  if (!group) return signal(first);
  const found = groups.get(group) ?? signal(first);
  groups.set(group, found);
  return found;
}

const KEYS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

/** The place that a key leads to, within `count`; null for other keys. */
export function keyed(key: string, place: number, count: number): number | null {
  const by = KEYS[key];
  return by === undefined ? null : Math.min(Math.max(place + by, 0), count - 1);
}

interface Props extends ChoicePart {
  readonly draw: (part: Part) => preact.ComponentChild;
}

export function Choice(part: Props) {
  const { labels, parts, title, steps, group, draw } = part;
  const chosen = useMemo(() => chosenIn(group, part.chosen), [group]);
  const place = Math.min(chosen.value, parts.length - 1);
  const go = (to: number): void => void (chosen.value = Math.min(Math.max(to, 0), parts.length - 1));
  return (
    <section class="choice">
      {steps ? <Player {...{ place, labels, title, go }} /> : <Menu {...{ place, labels, title, go }} />}
      {parts[place] && draw(parts[place])}
    </section>
  );
}

interface Control {
  readonly place: number;
  readonly labels: readonly string[];
  readonly title: string;
  readonly go: (to: number) => void;
}

function Menu({ place, labels, title, go }: Control) {
  return (
    <label class="menu">
      <span>{title}</span>
      <select value={String(place)} aria-label={title || "What is shown"} onChange={(event) => go(Number(event.currentTarget.value))}>
        {labels.map((label, at) => (
          <option key={at} value={String(at)}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Player({ place, labels, title, go }: Control) {
  const [playing, setPlaying] = useState(false);
  const last = labels.length - 1;
  useEffect(() => {
    if (!playing) return;
    if (place >= last) return setPlaying(false);
    const next = setTimeout(() => go(place + 1), EVERY_MS);
    return () => clearTimeout(next);
  }, [playing, place]);
  const play = (): void => {
    if (!playing && place >= last) go(0);
    setPlaying(!playing);
  };
  const press = (event: KeyboardEvent): void => {
    const to = keyed(event.key, place, labels.length);
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <div class="player" role="group" aria-label={title || "Steps"} onKeyDown={press}>
      <button type="button" aria-label="One back" disabled={place === 0} onClick={() => go(place - 1)}>
        ◀
      </button>
      <button type="button" aria-label={playing ? "Pause" : "Play"} onClick={play}>
        {playing ? "❚❚" : "▶"}
      </button>
      <button type="button" aria-label="One on" disabled={place === last} onClick={() => go(place + 1)}>
        ▶❘
      </button>
      <input type="range" min={0} max={last} value={place} aria-label={title || "Step"} aria-valuetext={labels[place] ?? ""} onInput={(event) => go(Number(event.currentTarget.value))} />
      <output>{`${title || "Step"} ${place + 1} of ${labels.length}${labels[place] ? `: ${labels[place]}` : ""}`}</output>
    </div>
  );
}
