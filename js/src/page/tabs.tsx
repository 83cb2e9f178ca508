// A row of tabs: one of them is in the tab order, arrows go to its neighbours.
export interface Tab<Name extends string> {
  readonly name: Name;
  readonly words: string;
  readonly help: string;
}

interface Props<Name extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly chosen: Name;
  readonly choose: (name: Name) => void;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

export function Tabs<Name extends string>({ label, tabs, chosen, choose }: Props<Name>) {
  const step = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = (tabs.findIndex(({ name }) => name === chosen) + by + tabs.length) % tabs.length;
    choose(tabs[next]!.name);
    ((event.currentTarget as HTMLElement).children[next] as HTMLElement).focus();
  };
  return (
    <div class="dv-x-tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {tabs.map(({ name, words, help }) => (
        <button key={name} type="button" role="tab" aria-selected={name === chosen} tabIndex={name === chosen ? 0 : -1} data-tab={name} title={help} onClick={() => choose(name)}>
          {words}
        </button>
      ))}
    </div>
  );
}
