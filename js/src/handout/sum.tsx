// A sum of feature maps: any number of its terms, largest first, for any of the classes, over the picture.
import { useMemo, useState } from "preact/hooks";
import { decimal } from "../arithmetic/number_format";
import { Bars } from "./bars";
import { PlaneView } from "./map";
import { planeOf } from "./map_layers";
import type { SumPart } from "./parts";
import { Picture } from "./picture";
import { numbers, picture } from "./store";
import { added, order, shares, type Terms } from "./sum_terms";
import { useLater } from "./use";

const LISTED = 8; // terms that are named

export function Sum(part: SumPart) {
  const [count = 0, rows = 1, cols = 1] = part.maps.shape;
  const terms = useLater(async (): Promise<Terms> => {
    const [maps, weights, biases] = (await Promise.all([part.maps, part.weights, part.biases].map(numbers))) as [Float32Array, Float32Array, Float32Array];
    return { maps, weights, biases, count, cells: rows * cols };
  }, [part]);
  const below = useLater(() => picture(part.picture), [part.picture.picture]);
  const [chosen, setChosen] = useState(part.chosen);
  const [shown, setShown] = useState(part.count ?? count);
  const all = useMemo(() => terms && shares(terms, chosen), [terms, chosen]);
  const ranked = useMemo(() => all && order(all), [all]);
  const sum = useMemo(() => terms && ranked && added(terms, chosen, ranked.slice(0, shown)), [terms, ranked, shown]);
  // all terms of a class set the scale, so that what is added can be seen to add
  const most = useMemo(() => (terms && ranked ? Math.max(1e-12, ...added(terms, chosen, ranked).map(Math.abs)) : 1), [terms, ranked]);
  const score = all && ranked && terms ? ranked.slice(0, shown).reduce((total, term) => total + all[term]!, terms.biases[chosen]!) : 0;
  const words = `${part.labels[chosen]}: ${shown} of ${count} terms`;
  const listed = ranked?.slice(0, Math.min(LISTED, shown)) ?? [];
  return (
    <section class="sum">
      {part.title && <h3>{part.title}</h3>}
      <div class="controls">
        <label class="menu">
          <span>Class</span>
          <select value={String(chosen)} aria-label="Class" onChange={(event) => setChosen(Number(event.currentTarget.value))}>
            {part.labels.map((label, at) => (
              <option key={at} value={String(at)}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label class="slide">
          <span>Terms</span>
          <input type="range" min={1} max={count} value={shown} aria-label="Terms in the sum" onInput={(event) => setShown(Number(event.currentTarget.value))} />
          <output>{`${shown} of ${count}`}</output>
        </label>
      </div>
      <div class="row">
        <PlaneView
          plane={sum && planeOf(sum, [rows, cols])}
          below={below}
          picture={part.picture}
          title={words}
          lines={[`score ${decimal(score)}`]}
          colormap="blue-red"
          signed
          fine={false}
          smooth
          ends={[-most, most]}
          opacity={0.6}
          group=""
          size={320}
          boxes={[]}
        />
        <div>
          <Bars title="Largest terms" names={listed.map((term) => part.names[term]!)} values={listed.map((term) => all![term]!)} words={listed.map((term) => decimal(all![term]!))} chosen={null} />
          <div class="row tight">
            {listed.map((term) => {
              const pattern = part.patterns[term];
              return pattern && <Picture key={term} part="Picture" pixels={pattern} caption={part.names[term]!} size={88} boxes={[]} marked={false} />;
            })}
          </div>
        </div>
      </div>
    </section>
  );
}
