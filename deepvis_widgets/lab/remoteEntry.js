// For JupyterLab and Notebook 7: where the model of a widget of ours is gone, as in a notebook that is opened again, its
// output shows the picture that it holds (page/bundle.py), not a message. By hand, because it needs no build.
(() => {
  const NAME = "deepvis-widgets";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const PATIENCE_MS = 2500; // a view that is still on its way takes the picture's place
  let shared = {};

  /** A module that JupyterLab shares with its extensions. */
  const load = async (name) => (await Object.values(shared[name])[0].get())();

  /** The picture of an output of ours, or null. */
  function pictureOf({ data, metadata }) {
    const [bytes, look] = [data["image/png"], metadata["image/png"] ?? {}];
    if (metadata.deepvis_widgets !== true || typeof bytes !== "string") return null;
    const picture = Object.assign(document.createElement("img"), { src: `data:image/png;base64,${bytes.replace(/\s/g, "")}`, alt: look.alt ?? "" });
    if (look.width) picture.width = look.width;
    picture.style.maxWidth = "100%";
    picture.style.height = "auto";
    return picture;
  }

  /** Has a renderer of widgets show the picture of a widget that does not come. */
  function guard(renderer) {
    const render = renderer.renderModel.bind(renderer);
    renderer.renderModel = async (model) => {
      const picture = pictureOf(model);
      if (!picture) return render(model);
      const stand = () => {
        if (!renderer.isDisposed && renderer.widgets.length === 0 && model.data[VIEW]?.model_id !== "") renderer.node.replaceChildren(picture);
      };
      const late = setTimeout(stand, PATIENCE_MS);
      await render(model);
      clearTimeout(late);
      stand();
    };
    return renderer;
  }

  /** Guards all renderers that a notebook makes of widgets from now on, and those that it has made. */
  function watch(panel) {
    const registry = panel.content.rendermime;
    const create = registry.createRenderer.bind(registry);
    registry.createRenderer = (type) => (type === VIEW ? guard(create(type)) : create(type));
  }

  async function plugin() {
    const { INotebookTracker } = await load("@jupyterlab/notebook");
    const activate = (_, tracker) => {
      tracker?.widgetAdded.connect((_, panel) => watch(panel));
      tracker?.forEach(watch);
    };
    // optional: Voilà has no notebooks to track, and views that always live
    return { id: `${NAME}:pictures`, description: "Pictures of widgets whose kernel has ended.", autoStart: true, optional: [INotebookTracker], activate };
  }

  const container = {
    init: (scope) => void (shared = scope),
    get: async () => {
      const found = { __esModule: true, default: await plugin() };
      return () => found;
    },
  };
  (window._JUPYTERLAB ??= {})[NAME] = container;
})();
