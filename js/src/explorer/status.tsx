// The last line: what was answered last, and how long it took.
import { useScreen } from "./screen_context";

export function Status() {
  const { status, state, parts } = useScreen();
  const page = parts.network.shown.value;
  const [first = "", ...others] = status.words.value;
  return (
    <div class="dv-x-status">
      <b>{first}</b>
      {others.map((words, index) => (
        <span key={index}>{words}</span>
      ))}
      <span>{`boost ${state.boost.value} · gamma ${state.gamma.value}`}</span>
      {page === null ? (
        <span>{`${status.milliseconds.value} ms`}</span>
      ) : (
        <span title="The kernel takes long to answer: while you drag, the network runs in this page too, and the kernel's answer follows.">{`${page} ms in this page`}</span>
      )}
    </div>
  );
}
