// The numbers of a unit over all pictures of an atlas: how its activations are spread, and its classes.
import { useScreen } from "../screen_context";

export function FactsView() {
  const { atlas } = useScreen();
  const facts = atlas.facts.value;
  if (!facts) return <div class="dv-x-about dv-x-facts">{atlas.notice.value}</div>;
  const most = Math.max(0.01, ...facts.counts);
  const strongest = Math.max(0.01, ...facts.classes.map(([, value]) => Math.abs(value)));
  return (
    <div class="dv-x-about dv-x-facts">
      <p>{facts.line}</p>
      <h3>Activations, how often (log)</h3>
      <div class="dv-x-histogram" role="img" aria-label={`Histogram of the activations of ${facts.of}`}>
        {facts.counts.map((count, index) => (
          <span key={index} style={{ height: `${(100 * count) / most}%` }} title={`from ${facts.bins[index]}`} />
        ))}
      </div>
      <div class="dv-x-axis">
        <span>{facts.bins[0]}</span>
        <span>{facts.bins.at(-1)}</span>
      </div>
      <h3>Correlation with the classes</h3>
      {facts.classes.map(([label, value]) => (
        <div key={label} class="dv-x-correlation">
          <span>{label}</span>
          <span class="dv-x-signed">
            <span class={value < 0 ? "dv-x-against" : "dv-x-for"} style={{ width: `${(50 * Math.abs(value)) / strongest}%` }} />
          </span>
          <output>{`${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`}</output>
        </div>
      ))}
    </div>
  );
}
