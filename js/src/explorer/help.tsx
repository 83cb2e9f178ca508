// The table of keys, over the Explorer.
import { useEffect, useRef } from "preact/hooks";
import { helpTable } from "../arithmetic/keys";
import { save } from "../link/model";
import { useScreen } from "./screen_context";

export function Help() {
  const { model, state, page, root } = useScreen();
  const sheet = useRef<HTMLDivElement>(null);
  const shown = state.help.value;
  useEffect(() => {
    if (!shown) return undefined;
    sheet.current?.focus({ preventScroll: true });
    return () => root.focus({ preventScroll: true });
  }, [shown]);
  if (!shown) return null;
  const close = (): void => save(model, "help", false);
  return (
    <div class="dv dv-help" onPointerDown={(event) => (event.target === event.currentTarget ? close() : undefined)}>
      <div ref={sheet} class="dv-help-sheet" role="dialog" aria-modal="true" aria-label="Keys" tabIndex={-1}>
        <div class="dv-bar">
          <span class="dv-strong dv-title">Keys</span>
          <button type="button" class="dv-button" onClick={close}>
            Close<kbd>Esc</kbd>
          </button>
        </div>
        <div class="dv-help-groups">
          {[...helpTable(page.keys.value)].map(([name, rows]) => (
            <table key={name}>
              <caption>{name}</caption>
              <tbody>
                {rows.map(({ keys, help }) => (
                  <tr key={help}>
                    <th scope="row">
                      {keys.map((chord) => (
                        <span key={chord.join()} class="dv-chord">
                          {chord.map((cap) => (
                            <kbd key={cap}>{cap}</kbd>
                          ))}
                        </span>
                      ))}
                    </th>
                    <td>{help}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          ))}
        </div>
      </div>
    </div>
  );
}
