import { DEFAULT_COLOUR, Flag, type Colour, type Style } from './style';

type Rgb = readonly [number, number, number];

/**
 * The log is always shown on a dark ground, whatever the scheme of the page: programs choose their
 * colours for dark terminals. These must agree with --log-ground, --log-marked and --log-text in the styles.
 */
const GROUND: Rgb = [0x12, 0x14, 0x1c];
/** The ground of a selected line, the lightest that plain text can be on. */
const MARKED: Rgb = [0x24, 0x24, 0x3f];
const TEXT: Rgb = [0xd5, 0xd9, 0xe4];

/** The 16 named colours, chosen to be legible on the ground. */
const NAMED: readonly Rgb[] = [
  [0x86, 0x8d, 0xa2],
  [0xff, 0x7b, 0x7f],
  [0x5f, 0xd0, 0x8f],
  [0xe3, 0xb3, 0x4d],
  [0x7a, 0xa8, 0xff],
  [0xd2, 0x93, 0xf5],
  [0x4f, 0xc9, 0xd6],
  [0xd5, 0xd9, 0xe4],
  [0x8d, 0x94, 0xa8],
  [0xff, 0x9c, 0x9f],
  [0x86, 0xe3, 0xab],
  [0xf2, 0xcc, 0x74],
  [0xa3, 0xc4, 0xff],
  [0xe2, 0xb5, 0xff],
  [0x82, 0xe0, 0xea],
  [0xff, 0xff, 0xff],
];

const CUBE = [0, 95, 135, 175, 215, 255];
const MIN_CONTRAST = 4.5;

/** How to paint a style: colours for the element's style object, or nothing where inherited. */
export interface Paint {
  color?: string;
  backgroundColor?: string;
  className: string;
}

export function paintOf(style: Style): Paint {
  let fg = toRgb(style.fg);
  let bg = toRgb(style.bg);
  if (style.flags & Flag.inverse) [fg, bg] = [bg ?? GROUND, fg ?? TEXT];
  const paint: Paint = { className: classes(style.flags) };
  if (bg) paint.backgroundColor = css(bg);
  // A program cannot know our ground: keep its hue, but never let its text vanish.
  if (bg && !fg) paint.color = css(contrast(TEXT, bg) >= MIN_CONTRAST ? TEXT : legible(GROUND, bg));
  else if (fg) paint.color = css(legible(fg, bg ?? MARKED));
  return paint;
}

function classes(flags: number): string {
  const names: string[] = [];
  if (flags & Flag.bold) names.push('a-bold');
  if (flags & Flag.dim) names.push('a-dim');
  if (flags & Flag.italic) names.push('a-italic');
  if (flags & Flag.underline) names.push('a-underline');
  if (flags & Flag.strike) names.push('a-strike');
  return names.join(' ');
}

function toRgb(colour: Colour): Rgb | null {
  if (colour === DEFAULT_COLOUR) return null;
  if (colour > 256) return [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
  const index = colour - 1;
  if (index < 16) return NAMED[index] ?? null;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (digit: number) => CUBE[digit % 6] ?? 0;
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube)];
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** WCAG contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const light = Math.max(luminance(a), luminance(b));
  const dark = Math.min(luminance(a), luminance(b));
  return (light + 0.05) / (dark + 0.05);
}

/** Moves a colour towards white or black just as far as it takes to read it on `ground`. */
export function legible(colour: Rgb, ground: Rgb): Rgb {
  if (contrast(colour, ground) >= MIN_CONTRAST) return colour;
  const white: Rgb = [255, 255, 255];
  const black: Rgb = [0, 0, 0];
  const goal = contrast(white, ground) >= contrast(black, ground) ? white : black;
  for (let share = 0.1; share < 1; share += 0.1) {
    const mixed = mix(colour, goal, share);
    if (contrast(mixed, ground) >= MIN_CONTRAST) return mixed;
  }
  return goal;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (a: number, b: number) => Math.round(a + (b - a) * share);
  return [part(from[0], to[0]), part(from[1], to[1]), part(from[2], to[2])];
}
