// The way from the unit that was asked about first down to the one shown; a click goes back to a unit of it.
import { useEffect, useRef } from "preact/hooks";
import { useScreen } from "../screen_context";

export function Trail() {
  const { why, ribbon, parts } = useScreen();
  const line = useRef<HTMLElement>(null);
  const steps = why.trail.value;
  useEffect(() => void line.current?.scrollTo({ left: line.current.scrollWidth }), [steps]);
  const titleOf = (name: string): string => ribbon.layers.value.find((row) => row.name === name)?.title ?? name;
  return (
    <nav ref={line} class="dv-x-why-trail" aria-label="Trail: each unit adds to the one before it">
      {steps.map(({ layer, unit }, place) => (
        <span key={place}>
          {place > 0 && <span class="dv-x-why-arrow dv-dim" aria-hidden="true">←</span>}
          <button type="button" class="dv-x-why-step" title={`${layer}:${unit}`} aria-current={place === steps.length - 1 ? "step" : undefined} disabled={place === steps.length - 1}
            onClick={() => void parts.why.link.post("back", { place })}>
            {titleOf(layer)}:{unit}
          </button>
        </span>
      ))}
    </nav>
  );
}
