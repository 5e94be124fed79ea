import { DEFAULT_COLOUR, Flag, PLAIN, type Colour, type Style, paletteColour, rgbColour } from './style';

/**
 * Applies the parameters of one "select graphic rendition" sequence (the part between `ESC [` and
 * `m`) to a style. Knows 16, 256 and true colours, the latter in both spellings (`38;2;r;g;b` and
 * `38:2::r:g:b`). What it does not know it skips. The link is not touched.
 */
export function applySgr(style: Style, parameters: string): Style {
  const groups = parameters.split(';');
  let { fg, bg, flags } = style;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] ?? '';
    const code = numberAt(group, 0);
    if (code === 38 || code === 48 || code === 58) {
      let colour: Colour;
      if (group.includes(':')) {
        colour = colonColour(group.split(':'));
      } else {
        const mode = numberAt(groups[i + 1], 0);
        const length = mode === 5 ? 2 : mode === 2 ? 4 : 1;
        colour = listColour(mode, groups.slice(i + 2, i + 1 + length).map((g) => numberAt(g, 0)));
        i += length;
      }
      if (code === 38) fg = colour;
      else if (code === 48) bg = colour;
    } else if (code === 0) {
      ({ fg, bg, flags } = PLAIN);
    } else if (code === 4) {
      flags = group.startsWith('4:0') ? flags & ~Flag.underline : flags | Flag.underline;
    } else if (code === 39) {
      fg = DEFAULT_COLOUR;
    } else if (code === 49) {
      bg = DEFAULT_COLOUR;
    } else if (code >= 30 && code <= 37) {
      fg = paletteColour(code - 30);
    } else if (code >= 40 && code <= 47) {
      bg = paletteColour(code - 40);
    } else if (code >= 90 && code <= 97) {
      fg = paletteColour(code - 90 + 8);
    } else if (code >= 100 && code <= 107) {
      bg = paletteColour(code - 100 + 8);
    } else {
      flags = (flags | (SETS[code] ?? 0)) & ~(CLEARS[code] ?? 0);
    }
  }
  return { fg, bg, flags, link: style.link };
}

/** Concealed text (8) is shown on purpose: a log hides nothing from its reader. */
const SETS: Record<number, number> = {
  1: Flag.bold,
  2: Flag.dim,
  3: Flag.italic,
  7: Flag.inverse,
  9: Flag.strike,
  21: Flag.underline,
};

const CLEARS: Record<number, number> = {
  22: Flag.bold | Flag.dim,
  23: Flag.italic,
  24: Flag.underline,
  27: Flag.inverse,
  29: Flag.strike,
};

function numberAt(group: string | undefined, fallback: number): number {
  const value = Number.parseInt(group ?? '', 10);
  return Number.isNaN(value) ? fallback : value;
}

function listColour(mode: number, values: number[]): Colour {
  if (mode === 5) return paletteColour(values[0] ?? 0);
  if (mode === 2) return rgbColour(values[0] ?? 0, values[1] ?? 0, values[2] ?? 0);
  return DEFAULT_COLOUR;
}

/** `38:5:n`, `38:2:r:g:b`, and with the colour space that the standard asks for, `38:2::r:g:b`. */
function colonColour(parts: string[]): Colour {
  const mode = numberAt(parts[1], 0);
  const values = parts.slice(mode === 2 && parts.length > 5 ? 3 : 2);
  return listColour(mode, values.map((part) => numberAt(part, 0)));
}
