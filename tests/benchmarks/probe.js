// Runs in the page: when did the pointer move, when was the rectangle drawn, when did the answer appear?
// Times are performance.now() in ms; `marks` maps a name to all the times at which it happened.
() => {
  const marks = { pointer: [], rectangle: [], tiles: [], backward: [], click: [] };
  const note = (name) => () => requestAnimationFrame(() => marks[name].push(performance.now()));
  document.addEventListener("pointermove", () => marks.pointer.push(performance.now()), { capture: true });
  document.addEventListener("click", () => marks.click.push(performance.now()), { capture: true });
  const watch = (selector, options, changed) => {
    const node = document.querySelector(selector);
    new MutationObserver(changed).observe(node, options);
  };
  // the stage writes this while it draws, inside of an animation frame: the next task comes when that frame is laid out and painted
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => marks.rectangle.push(performance.now());
  watch(".dv-stage", { attributes: true, attributeFilter: ["data-occluder"] }, () => port2.postMessage(0));
  const [grid, tiles] = [document.querySelector(".dv-grid"), note("tiles")];
  let shown = grid.dataset.seq;
  const answered = () => grid.dataset.seq !== shown && ((shown = grid.dataset.seq), tiles()); // sorted again, it has the same
  new MutationObserver(answered).observe(grid, { attributes: true, attributeFilter: ["data-seq"] });
  watch(".dv-x-backward", { subtree: true, characterData: true, childList: true }, note("backward"));
  window.deepvisMarks = marks;
}
