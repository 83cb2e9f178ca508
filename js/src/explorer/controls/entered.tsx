// A field whose value counts when it is entered: what is being typed, or held by the pointer, stays while answers come.
import { useLayoutEffect, useRef } from "preact/hooks";

interface Entered {
  readonly value: string;
  /** Counts the answers that set the field anew, also to the value it had. */
  readonly turn?: number;
  readonly enter: (text: string) => void;
  readonly type?: "text" | "number" | "range";
  readonly class?: string;
  readonly list?: string;
  readonly placeholder?: string;
  readonly "aria-label"?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}

export function EnteredInput({ value, turn, enter, ...rest }: Entered) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => void (field.current!.value = value), [value, turn]);
  return <input {...rest} ref={field} onChange={(event) => enter(event.currentTarget.value)} />;
}
