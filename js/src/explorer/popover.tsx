// A button that opens a panel beside it; Escape, a press elsewhere and the button itself close it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  readonly name: string;
  readonly label: ComponentChildren;
  readonly title: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Popover({ name, label, title, children, ...more }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const life = new AbortController();
    box.current?.querySelector<HTMLElement>(".dv-popover-panel :is(input, select)")?.focus({ preventScroll: true });
    const elsewhere = (event: Event): void => (event.composedPath().includes(box.current!) ? undefined : setOpen(false));
    document.addEventListener("pointerdown", elsewhere, { signal: life.signal, capture: true });
    return () => life.abort();
  }, [open]);
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  return (
    <span ref={box} class={`dv-popover ${more.class ?? ""}`} data-popover={name} onKeyDown={key}>
      <button type="button" class="dv-button" aria-expanded={open} aria-haspopup="dialog" title={title} aria-label={title} onClick={() => setOpen(!open)}>
        {label}
      </button>
      {open && (
        <div class="dv-popover-panel" role="dialog" aria-label={title}>
          {children}
        </div>
      )}
    </span>
  );
}
