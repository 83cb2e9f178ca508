// The lines of code that make what is on screen: copied, or saved with all that is on screen beside the notebook.
import { useEffect, useRef, useState } from "preact/hooks";
import { copyText } from "../../page/clipboard";
import { Popover } from "../popover";
import { useScreen } from "../screen_context";

export function CodeButton() {
  return (
    <Popover name="code" label="code" title="Code that makes what is on screen" class="dv-x-right">
      <Lines />
    </Popover>
  );
}

function Lines() {
  const { page, parts } = useScreen();
  const lines = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState("");
  useEffect(() => void parts.page.link.post("code"), []);
  const copy = async (): Promise<void> => setCopied((await copyText(lines.current!)) ? "Copied." : "Press Ctrl-C to copy.");
  return (
    <div class="dv-code">
      <div class="dv-bar">
        <button type="button" class="dv-button" onClick={() => void copy()}>
          copy
        </button>
        <button type="button" class="dv-button" title="Save what is on screen in a file beside the notebook" onClick={() => void parts.page.link.post("save")}>
          save
        </button>
        <span class="dv-dim" role="status">
          {page.saved.value || copied}
        </span>
      </div>
      <pre ref={lines} tabIndex={0} aria-label="Code">
        {page.code.value}
      </pre>
    </div>
  );
}
