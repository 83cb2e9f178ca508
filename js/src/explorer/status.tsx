// The last line: what was answered last, and how long it took.
import { useScreen } from "./screen_context";

export function Status() {
  const { status, state } = useScreen();
  const [first = "", ...others] = status.words.value;
  return (
    <div class="dv-x-status">
      <b>{first}</b>
      {others.map((words, index) => (
        <span key={index}>{words}</span>
      ))}
      <span>{`boost ${state.boost.value} · gamma ${state.gamma.value}`}</span>
      <span>{`${status.milliseconds.value} ms`}</span>
    </div>
  );
}
