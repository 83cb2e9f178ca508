// The lines of code that make what is on screen: copied, or saved with all that is on screen beside the notebook.
import { useEffect } from "preact/hooks";
import { Popover } from "../popover";
import { useScreen } from "../screen_context";
import { CodeLines } from "./code_lines";

export function CodeButton() {
  return (
    <Popover name="code" label="code" title="Code that makes what is on screen" class="dv-x-right">
      <Lines />
    </Popover>
  );
}

function Lines() {
  const { page, parts } = useScreen();
  useEffect(() => void parts.page.link.post("code"), []);
  return (
    <CodeLines code={page.code.value} label="Code" said={page.saved.value}>
      <button type="button" class="dv-button" title="Save what is on screen in a file beside the notebook" onClick={() => void parts.page.link.post("save")}>
        save
      </button>
    </CodeLines>
  );
}
