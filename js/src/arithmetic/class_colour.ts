// The colours of classes in a map of them: Okabe and Ito's, told apart with any colour vision, then evenly spread hues.
const FIRST = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"] as const;
const GOLDEN = 137.508; // degrees: no two of many hues are close

/** Red, green and blue, 0 to 255, of the class with this index. */
export function classColour(index: number): [red: number, green: number, blue: number] {
  const named = FIRST[index];
  if (named) return [1, 3, 5].map((at) => parseInt(named.slice(at, at + 2), 16)) as [number, number, number];
  return fromHue((index * GOLDEN) % 360, index % 2 ? 0.45 : 0.62);
}

/** The same for style sheets. */
export const cssColour = (index: number): string => `rgb(${classColour(index).join(" ")})`;

function fromHue(hue: number, lightness: number): [number, number, number] {
  const part = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - 0.6 * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}
