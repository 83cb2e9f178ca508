// Lines over two axes.
import { decimal } from "../arithmetic/number_format";
import { between, ends, ticks } from "./axes";
import type { ChartPart, LinePart } from "./parts";
import { Key } from "./plain";

const WIDTH = 460;
const [LEFT, RIGHT, ABOVE, BELOW] = [54, 14, 24, 40];

/** The points of a line that can be drawn; powers of ten where the axes are logarithmic. */
export function pointsOf({ x, y }: Pick<LinePart, "x" | "y">, log: boolean): [number, number][] {
  const pairs = x.map((across, place) => [across, y[place]] as const).filter((pair): pair is readonly [number, number] => pair.every((value) => typeof value === "number"));
  return pairs.filter(([across, up]) => !log || (across > 0 && up > 0)).map(([across, up]) => (log ? [Math.log10(across), Math.log10(up)] : [across, up]));
}

export function Chart({ lines, title, x_title, y_title, height, log, ends: given }: ChartPart) {
  const points = lines.map((line) => pointsOf(line, log));
  const [across, up] = [0, 1].map((axis) => given ?? ends(points.flat().map((point) => point[axis]!))) as [[number, number], [number, number]];
  const [left, top] = [between(across, [LEFT, WIDTH - RIGHT]), between(up, [height - BELOW, ABOVE])];
  const said = (value: number): string => decimal(log ? 10 ** value : value);
  const named = lines.filter(({ name }) => name);
  return (
    <section class="chart">
      {title && <h3>{title}</h3>}
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={[title, y_title, x_title, ...named.map(({ name }) => name)].filter(Boolean).join(", ")}>
        {ticks(...up).map((value) => (
          <g key={value}>
            <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={top(value)} y2={top(value)} />
            <text x={LEFT - 6} y={top(value) + 4} text-anchor="end">
              {said(value)}
            </text>
          </g>
        ))}
        <line class="axis" x1={LEFT} x2={WIDTH - RIGHT} y1={height - BELOW} y2={height - BELOW} />
        {ticks(...across).map((value) => (
          <text key={value} x={left(value)} y={height - BELOW + 15} text-anchor="middle">
            {said(value)}
          </text>
        ))}
        <text x={0} y={12}>
          {y_title}
        </text>
        <text x={(LEFT + WIDTH - RIGHT) / 2} y={height - 6} text-anchor="middle">
          {x_title}
        </text>
        {lines.map(({ colour, dots }, place) =>
          dots || points[place]!.length === 1 ? (
            points[place]!.map(([x, y], at) => <circle key={`${place} ${at}`} cx={left(x)} cy={top(y)} r={3.5} fill={colour} />)
          ) : (
            <polyline key={place} fill="none" stroke={colour} stroke-width={2} points={points[place]!.map(([x, y]) => `${left(x)},${top(y)}`).join(" ")} />
          ),
        )}
      </svg>
      {lines.length > 1 && named.length > 0 && <Key part="Key" entries={named.map(({ colour, name }) => [colour, name] as const)} />}
    </section>
  );
}
