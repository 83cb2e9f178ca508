// Base85, as Python's base64.b85encode writes it, but for three signs that HTML reads as its own.
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`{|}~";
const VALUES = new Uint8Array(128);
for (let value = 0; value < SIGNS.length; value++) VALUES[SIGNS.charCodeAt(value)] = value;

/** The bytes of a text: four for five signs, one less than the signs that are left at the end. */
export function decode85(text: string): Uint8Array<ArrayBuffer> {
  const groups = Math.ceil(text.length / 5);
  const whole = new DataView(new ArrayBuffer(4 * groups));
  for (let group = 0; group < groups; group++) {
    let number = 0;
    for (let place = 5 * group; place < 5 * group + 5; place++) number = 85 * number + (place < text.length ? VALUES[text.charCodeAt(place)]! : 84);
    whole.setUint32(4 * group, number);
  }
  return new Uint8Array(whole.buffer, 0, 4 * groups - (5 * groups - text.length));
}
