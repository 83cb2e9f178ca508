// The page of a hand-out: parts that Python wrote into it, drawn and answered without a kernel.
import { render } from "preact";
import { Bars } from "./bars";
import { Chart } from "./chart";
import { Choice } from "./choice";
import { Columns } from "./columns";
import { Drawing } from "./drawing";
import { Live } from "./live";
import { Map } from "./map";
import { Occluder } from "./occluder";
import type { Part } from "./parts";
import { Picture } from "./picture";
import { Key, Table, Text } from "./plain";
import { Sum } from "./sum";

function draw(part: Part) {
  switch (part.part) {
    case "Text":
      return <Text {...part} />;
    case "Picture":
      return <Picture {...part} />;
    case "Map":
      return <Map {...part} />;
    case "Bars":
      return <Bars {...part} />;
    case "Chart":
      return <Chart {...part} />;
    case "Columns":
      return <Columns {...part} />;
    case "Key":
      return <Key {...part} />;
    case "Table":
      return <Table {...part} />;
    case "Drawing":
      return <Drawing {...part} />;
    case "Sum":
      return <Sum {...part} />;
    case "Occluder":
      return <Occluder {...part} />;
    case "Live":
      return <Live {...part} />;
    case "Choice":
      return <Choice {...part} draw={draw} />;
    case "Row":
    case "Column":
      return (
        <div class={part.part === "Row" ? "row" : "column"}>
          {part.parts.map((inner, place) => (
            <Draw key={place} part={inner} />
          ))}
        </div>
      );
    case "Page":
      return (
        <article>
          <h1>{part.title}</h1>
          <Draw part={part.inner} />
        </article>
      );
  }
}

function Draw({ part }: { part: Part }) {
  return draw(part);
}

const parts = JSON.parse(document.getElementById("parts")!.textContent!) as Part[];
render(
  <>
    {parts.map((part, place) => (
      <Draw key={place} part={part} />
    ))}
  </>,
  document.getElementById("handout")!,
);
document.documentElement.dataset.ready = "true";
