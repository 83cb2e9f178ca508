// Runs in an empty page: paints the unit grid of a built module, fed by hand, and gives the ms of every paint.
// A paint is the callback of the displayed frame in which the grid's canvas was cleared and drawn.
async ({ source, traits, units, side, frames }) => {
  const took = [];
  let cleared = false;
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    cleared ||= this.canvas.className === "dv-grid-canvas";
    return clear.apply(this, area);
  };
  const displayed = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (paint) =>
    displayed((time) => {
      cleared = false;
      const began = performance.now();
      paint(time);
      if (cleared) took.push(performance.now() - began);
    });

  const heard = new Map();
  const model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; },
    save_changes: () => {},
    send: () => {},
    on: (event, callback) => heard.set(event, [...(heard.get(event) ?? []), callback]),
    off: () => {},
  };
  const push = (kind, meta, arrays) => {
    const entries = Object.entries(arrays).map(([name, [dtype, shape]]) => ({ name, dtype, shape }));
    const buffers = Object.values(arrays).map(([, , values]) => new DataView(values.buffer));
    for (const callback of heard.get("msg:custom")) callback({ kind, seq: 0, meta, arrays: entries }, buffers);
  };
  const { default: make } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const widget = make();
  widget.initialize({ model });
  widget.render({ model, el: document.body });

  const ends = (value) => ["float32", [units], new Float32Array(units).fill(value)];
  const numbers = ["int32", [units], Int32Array.from({ length: units }, (_, unit) => unit)];
  const next = () => new Promise(displayed);
  for (let frame = 0; frame < frames; frame++) {
    const values = Uint8Array.from({ length: units * side * side }, () => 256 * Math.random());
    push("stats", { layer: traits.layer }, { lo: ends(0), hi: ends(1), mean: ends(0.5) });
    const meta = { layer: traits.layer, all: true, lo: 0, hi: 1, shape: [side, side] };
    push("tiles", meta, { units: numbers, values: ["uint8", [units, side, side], values], lo: ends(0), hi: ends(1), mean: ends(0.5) });
    await next();
    await next();
  }
  const canvas = document.querySelector(".dv-grid-canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return { took, colours: new Set(new Uint32Array(data.buffer)).size, height: canvas.clientHeight, content: document.querySelector(".dv-grid-content").clientHeight };
}
