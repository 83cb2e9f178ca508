// A page that opens asks for what was shown before. It asks again until the kernel has answered: JupyterLab may hand the
// first question to a subshell that is just being closed, where it is lost.
import type { Channel } from "./link";

const PATIENCE_MS = 2_000; // doubled each time: a busy kernel answers every question in the end
const MOST_MS = 60_000;

export function askUntilAnswered(link: Channel, late: boolean, signal: AbortSignal): void {
  const over = new AbortController();
  const asked = new Set<number>();
  let waiting: ReturnType<typeof setTimeout>;
  const end = (): void => {
    clearTimeout(waiting);
    over.abort();
  };
  const ask = (patience: number): void => {
    asked.add(link.post("ready", { late }));
    if (patience <= MOST_MS) waiting = setTimeout(() => ask(2 * patience), patience);
  };
  if (signal.aborted) return;
  signal.addEventListener("abort", end, { once: true });
  link.listen(({ kind, seq }) => (kind === "ack" && asked.has(seq) ? end() : undefined), over.signal);
  ask(PATIENCE_MS);
}
