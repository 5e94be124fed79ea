// Texts of others, made harmless for a terminal.

// Controls (C0, DEL, C1), line separators, and what turns the direction of writing.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line without anything that a terminal would obey. */
export function clean(text) {
  return String(text)
    .replace(/\s*[\r\n]\s*/g, ' ')
    .replace(/\t/g, ' ')
    .replace(CONTROL, '\ufffd')
    .replace(LONE_SURROGATE, '\ufffd');
}

/** The value as one line of JSON that a terminal shows and does not obey; the same value to who reads it. */
export function cleanJson(value) {
  return JSON.stringify(value)
    .replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function firstLine(text) {
  return clean(String(text).trimStart().split(/[\r\n]/, 1)[0]).trim();
}

export const cleanLines = (text) => String(text).split(/\r?\n/).map(clean).join('\n');
