// Texts side by side in a terminal.

export const WIDTH = 80;
const GAP = 2;

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE = /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function widthOfCharacter(character) {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

export function widthOf(text) {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** As much of the text as fits, with a sign that there is more. */
export function fit(text, width) {
  if (widthOf(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const character of text) {
    used += widthOfCharacter(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const pad = (text, width) => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** The lines of a paragraph that begin `indent` columns from the left. Words longer than a line stay whole. */
export function wrap(text, indent) {
  const lines = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(longer) <= WIDTH - indent) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => ' '.repeat(indent) + line);
}

/**
 * Lines of a table. `columns`: `{ title, most, paint }`: no wider than `most`, coloured by `paint(text, row)`;
 * the last takes what is left. `rows` are lists of texts.
 */
export function table(columns, rows) {
  let left = WIDTH;
  const widths = columns.map(({ title, most }, i) => {
    const widest = Math.max(...[title, ...rows.map((row) => row[i])].map(widthOf));
    const width = Math.min(widest, i === columns.length - 1 ? left : most);
    left -= width + GAP;
    return width;
  });
  const line = (cells, paint) => cells
    .map((cell, i) => {
      const fitting = fit(cell, widths[i]);
      return paint(i === cells.length - 1 ? fitting : pad(fitting, widths[i]), columns[i]);
    })
    .join(' '.repeat(GAP));
  return [
    line(columns.map(({ title }) => title), (text) => text),
    ...rows.map((row, r) => line(row, (text, { paint }) => (paint ? paint(text, r) : text))),
  ];
}
