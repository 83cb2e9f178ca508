// From a mount function to an anywidget module. The default export is a function, called once per model, because
// anywidget hands different model objects to initialize and render: per-model state can live only in this closure.
import { rescue } from "./late_module";
import { Link, type Channel } from "./link";
import type { Model } from "./model";
import { mountNotice } from "./notice";
import { askUntilAnswered } from "./ready";
import { shieldKeys } from "./key_shield";
import { nameControls } from "./control_names";
import type { CommonTraits } from "./traits";

export interface View<T, State> {
  readonly model: Model<T>;
  readonly link: Channel;
  readonly state: State;
  readonly root: HTMLElement;
  readonly signal: AbortSignal;
}
export interface Definition<T, State> {
  readonly className: string;
  readonly window?: number;
  /** What all views of a model share; called once, before any frame arrives. */
  readonly share: (link: Channel, model: Model<T>, signal: AbortSignal) => State;
  readonly mount: (view: View<T, State>) => void;
}
interface Module<T> {
  initialize(props: { model: Model<T> }): () => void;
  render(props: { model: Model<T>; el: HTMLElement }): () => void;
}

export function widget<T extends CommonTraits, State = null>(definition: Definition<T, State>): () => Module<T> {
  return () => {
    let shared: { link: Link; state: State } | null = null;
    return {
      initialize({ model }) {
        const life = new AbortController();
        const link = new Link(model as unknown as Model<object>, definition.window);
        shared = { link, state: definition.share(link, model, life.signal) };
        link.replay();
        void rescue(model).then((late) => askUntilAnswered(link, late, life.signal));
        return () => {
          life.abort();
          link.close();
        };
      },
      render({ model, el }) {
        const life = new AbortController();
        const root = document.createElement("div");
        root.className = `dv ${definition.className}`;
        el.append(root);
        if (shared) mountAll(definition, { model, ...shared, root, signal: life.signal });
        return () => {
          life.abort();
          root.remove();
        };
      },
    };
  };
}

export function mountAll<T extends CommonTraits, State>(definition: Definition<T, State>, view: View<T, State>): void {
  definition.mount(view);
  mountNotice(view);
  shieldKeys(view.root, view.signal);
  nameControls();
}
