// Parts that only stand there: texts, keys and tables.
import type { KeyPart, TablePart, TextPart } from "./parts";

export function Text({ text, role }: TextPart) {
  const lines = text.split("\n").map((line, place) => <p key={place}>{line}</p>);
  if (role === "title") return <h1>{text}</h1>;
  if (role === "heading") return <h3>{text}</h3>;
  return <div class={`text ${role}`}>{lines}</div>;
}

export function Key({ entries }: KeyPart) {
  return (
    <ul class="key">
      {entries.map(([colour, name], place) => (
        <li key={place}>
          <i style={{ background: colour }} />
          {name}
        </li>
      ))}
    </ul>
  );
}

export function Table({ heads, rows, title }: TablePart) {
  return (
    <div class="table">
      <table>
        {title && <caption>{title}</caption>}
        {heads.length > 0 && (
          <thead>
            <tr>
              {heads.map((head, place) => (
                <th key={place} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, col) => (
                <td key={col}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
