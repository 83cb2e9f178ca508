// The circuit board that the sheet opened: a widget of the kernel, drawn under the Explorer.
import { useEffect, useRef, useState } from "preact/hooks";
import { showWidget } from "../../link/child_view";
import { useScreen } from "../screen_context";

export function CircuitBelow() {
  const { model, state, parts, root } = useScreen();
  const reference = state.circuit_board.value;
  const frame = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const before = useRef(reference); // one that was there before this view, or takes the place of another, is not scrolled to
  const [failed, setFailed] = useState("");
  useEffect(() => {
    if (!reference) return void (before.current = null);
    const shown = new AbortController();
    setFailed("");
    showWidget(model, reference, host.current!, shown.signal).then(
      () => {
        if (before.current === null && root.contains(document.activeElement)) frame.current?.scrollIntoView({ block: "nearest" });
        before.current = reference;
      },
      () => setFailed("This page cannot show the circuit board; in another cell, explorer.circuit_board does."),
    );
    return () => shown.abort();
  }, [reference]);
  if (!reference) return null;
  return (
    <section ref={frame} class="dv dv-x-below" aria-label="Circuit board">
      <div class="dv-bar">
        <b class="dv-title">Circuit</b>
        <button type="button" class="dv-button dv-square" aria-label="Close the circuit board" title="Close the circuit board" onClick={() => void parts.why.link.post("close")}>
          ✕
        </button>
      </div>
      {failed && <p role="status">{failed}</p>}
      <div ref={host} />
    </section>
  );
}
