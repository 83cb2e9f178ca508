// Upright bars over their names.
import { decimal } from "../arithmetic/number_format";
import { between, ticks } from "./axes";
import type { ColumnsPart } from "./parts";
import { Key } from "./plain";

const [LEFT, RIGHT, ABOVE, BELOW, WIDE, LEAST] = [54, 14, 24, 20, 46, 420];

interface Piece {
  readonly colour: string;
  readonly start: number;
  readonly end: number;
  /** shares of the room of a name: where the bar begins, and how wide it is */
  readonly left: number;
  readonly width: number;
}

/** The bars over one name: side by side, or on top of each other, those below zero downwards. */
export function pieces({ series, stacked }: Pick<ColumnsPart, "series" | "stacked">, name: number): Piece[] {
  let [above, below] = [0, 0];
  const wide = 0.75 / Math.max(1, series.length);
  return series.map(({ colour, values }, place) => {
    const value = values[name] ?? 0;
    if (!stacked) return { colour, start: 0, end: value, left: 0.125 + place * wide, width: wide };
    const start = value < 0 ? below : above;
    if (value < 0) below += value;
    else above += value;
    return { colour, start, end: start + value, left: 0.125, width: 0.75 };
  });
}

export function Columns(part: ColumnsPart) {
  const { names, series, title, y_title, height } = part;
  const all = names.map((_, place) => pieces(part, place));
  const reached = all.flat().map(({ end }) => end);
  const [low, high] = [Math.min(0, ...reached), Math.max(0, ...reached)];
  const width = Math.max(LEAST, LEFT + RIGHT + WIDE * names.length);
  const top = between([low, high > low ? high : 1], [height - BELOW, ABOVE]);
  const step = (width - LEFT - RIGHT) / Math.max(1, names.length);
  const named = series.filter(({ name }) => name);
  return (
    <section class="chart" style={{ maxWidth: `${width}px` }}>
      {title && <h3>{title}</h3>}
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={[title, y_title, ...names].filter((words) => words.trim()).join(", ")}>
        <text x={0} y={12}>
          {y_title}
        </text>
        {ticks(low, high > low ? high : 1).map((value) => (
          <g key={value}>
            <line class={value === 0 ? "axis" : "grid"} x1={LEFT} x2={width - RIGHT} y1={top(value)} y2={top(value)} />
            <text x={LEFT - 6} y={top(value) + 4} text-anchor="end">
              {decimal(value)}
            </text>
          </g>
        ))}
        {all.map((bars, place) => (
          <g key={place}>
            {bars.map(({ colour, start, end, left, width: wide }, at) => (
              <rect key={at} fill={colour} x={LEFT + (place + left) * step} width={wide * step} y={top(Math.max(start, end))} height={Math.max(1, Math.abs(top(start) - top(end)))}>
                <title>{`${names[place]} ${series[at]!.name} ${decimal(end - start)}`}</title>
              </rect>
            ))}
            <text x={LEFT + (place + 0.5) * step} y={height - 6} text-anchor="middle">
              {names[place]!.length * 6 > step && step < 40 ? "" : names[place]}
            </text>
          </g>
        ))}
      </svg>
      {named.length > 1 && <Key part="Key" entries={named.map(({ colour, name }) => [colour, name] as const)} />}
    </section>
  );
}
