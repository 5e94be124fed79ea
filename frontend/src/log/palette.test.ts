import { expect, it } from 'vitest';
import { contrast, paintOf } from './palette';
import { PLAIN, paletteColour, rgbColour } from './style';

type Rgb = [number, number, number];
const rgb = (css: string | undefined) => (css?.match(/\d+/g) ?? []).map(Number) as Rgb;

it('leaves plain text to the style sheet', () => {
  expect(paintOf(PLAIN)).toEqual({ className: '' });
});

it('keeps every colour legible, alone and on every other', () => {
  const marked: Rgb = [0x24, 0x24, 0x3f];
  for (let i = 0; i < 256; i++) {
    expect(contrast(rgb(paintOf({ ...PLAIN, fg: paletteColour(i) }).color), marked)).toBeGreaterThanOrEqual(4.5);
    const onGround = paintOf({ ...PLAIN, bg: paletteColour(i) });
    expect(contrast(rgb(onGround.color), rgb(onGround.backgroundColor))).toBeGreaterThanOrEqual(4.5);
    const both = paintOf({ ...PLAIN, fg: paletteColour(i), bg: paletteColour((i * 7) % 256) });
    expect(contrast(rgb(both.color), rgb(both.backgroundColor))).toBeGreaterThanOrEqual(4.5);
  }
});

it('does not touch a colour that can be read', () => {
  expect(paintOf({ ...PLAIN, fg: rgbColour(250, 200, 150) }).color).toBe('rgb(250, 200, 150)');
});
