// Values as bars beside their names; those below zero go to the left.
import type { BarsPart } from "./parts";

/** Where bars begin and how long they are, in shares of the room: shares of one fill it at one. */
export function spans(values: readonly number[], words: readonly string[]): { left: number; width: number }[] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const shares = low === 0 && high <= 1 && words.every((said) => said.includes("%"));
  const reach = shares ? 1 : high - low || 1;
  return values.map((value) => ({ left: (Math.min(0, value) - low) / reach, width: Math.abs(value) / reach }));
}

export function Bars({ names, values, words, title, chosen }: Omit<BarsPart, "part">) {
  const rows = spans(values, words);
  return (
    <section class="bars">
      {title && <h3>{title}</h3>}
      <ul>
        {names.map((name, place) => (
          <li key={place} class={place === chosen ? "chosen" : ""}>
            <span class="name" title={name}>
              {name}
            </span>
            <span class="room">
              <i style={{ left: `${100 * rows[place]!.left}%`, width: `max(1px, ${100 * rows[place]!.width}%)` }} />
            </span>
            <span class="words">{words[place]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
