/**
 * How a piece of log text looks, as the program that wrote it asked for. A style is interned: equal
 * styles have the same small id, and id 0 is plain text.
 */
export interface Style {
  readonly fg: Colour;
  readonly bg: Colour;
  /** A set of `Flag` bits. */
  readonly flags: number;
  /** Target of a hyperlink (http or https only), or "". */
  readonly link: string;
}

/** 0: the default. 1-256: entry n-1 of the terminal palette. From RGB on: true colour. */
export type Colour = number;

export const DEFAULT_COLOUR: Colour = 0;
const RGB = 0x1000000;

export const Flag = {
  bold: 1,
  dim: 2,
  italic: 4,
  underline: 8,
  inverse: 16,
  strike: 32,
} as const;

export function paletteColour(index: number): Colour {
  return index >= 0 && index <= 255 ? index + 1 : DEFAULT_COLOUR;
}

export function rgbColour(red: number, green: number, blue: number): Colour {
  const byte = (value: number) => Math.min(255, Math.max(0, value));
  return RGB | (byte(red) << 16) | (byte(green) << 8) | byte(blue);
}

export const PLAIN: Style = { fg: DEFAULT_COLOUR, bg: DEFAULT_COLOUR, flags: 0, link: '' };

/** Bounds what a hostile log can make the browser hold: beyond them, new styles are shown plain. */
const MAX_STYLES = 50_000;
const MAX_LINK_CHARS = 4_000_000;

/** Gives ids to styles. Ids are valid as long as the table. */
export class StyleTable {
  readonly #styles: Style[] = [PLAIN];
  readonly #ids = new Map<string, number>([[keyOf(PLAIN), 0]]);
  #linkChars = 0;

  get(id: number): Style {
    return this.#styles[id] ?? PLAIN;
  }

  intern(style: Style): number {
    const key = keyOf(style);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    if (this.#styles.length >= MAX_STYLES) return 0;
    if (this.#linkChars + style.link.length > MAX_LINK_CHARS) return 0;
    this.#linkChars += style.link.length;
    const id = this.#styles.push({ ...style }) - 1;
    this.#ids.set(key, id);
    return id;
  }
}

function keyOf(style: Style): string {
  return `${style.fg},${style.bg},${style.flags},${style.link}`;
}
