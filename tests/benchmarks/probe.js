// Runs in the page: when did the pointer move, when was the rectangle drawn, when did the answer appear?
// Times are performance.now() in ms; `marks` maps a name to all the times at which it happened.
() => {
  const marks = { pointer: [], rectangle: [], tiles: [], backward: [], click: [] };
  const note = (name) => () => requestAnimationFrame(() => marks[name].push(performance.now()));
  document.addEventListener("pointermove", () => marks.pointer.push(performance.now()), { capture: true });
  document.addEventListener("click", () => marks.click.push(performance.now()), { capture: true });
  const watch = (selector, options, name) => {
    const node = document.querySelector(selector);
    new MutationObserver(note(name)).observe(node, options);
  };
  watch(".dv-stage", { attributes: true, attributeFilter: ["data-occluder"] }, "rectangle");
  const [grid, tiles] = [document.querySelector(".dv-grid"), note("tiles")];
  let shown = grid.dataset.seq;
  const answered = () => grid.dataset.seq !== shown && ((shown = grid.dataset.seq), tiles()); // sorted again, it has the same
  new MutationObserver(answered).observe(grid, { attributes: true, attributeFilter: ["data-seq"] });
  watch(".dv-x-backward", { subtree: true, characterData: true, childList: true }, "backward");
  window.deepvisMarks = marks;
}
