// Lines of code with a button that copies them.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { copyText } from "../../page/clipboard";

interface Shown {
  readonly code: string;
  readonly label: string;
  /** what else was done with the code; it stands in place of what copying says */
  readonly said?: string;
  /** further buttons */
  readonly children?: ComponentChildren;
}

export function CodeLines({ code, label, said = "", children }: Shown) {
  const lines = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState("");
  const copy = async (): Promise<void> => setCopied((await copyText(lines.current!)) ? "Copied." : "Press Ctrl-C to copy.");
  return (
    <div class="dv-code">
      <div class="dv-bar">
        <button type="button" class="dv-button" onClick={() => void copy()}>
          copy
        </button>
        {children}
        <span class="dv-dim" role="status">
          {said || copied}
        </span>
      </div>
      <pre ref={lines} tabIndex={0} aria-label={label}>
        {code}
      </pre>
    </div>
  );
}
