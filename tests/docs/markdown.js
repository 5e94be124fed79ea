// What a page of GitHub's Markdown links to, and what can be linked to in it. Only as much of the
// grammar as that takes; nothing is rendered.

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^(\s*(?:[-*+]|\d{1,9}[.)])\s+)\S/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const NO_PARAGRAPH = /^\s*(?:$|#|>|\||[-*+] |\d{1,9}[.)] )/;
// A target in angle brackets may have blanks; any may have a title behind it.
const INLINE = /\]\(\s*(?:<([^<>\n]*)>|((?:[^\s()<>]|\([^\s()]*\))+))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s<>]+)>?/gm;
const HTML = /<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g;
const HTML_ANCHOR = /<[a-z][^>]*?\b(?:id|name)="([^"]+)"/g;

const blank = (text) => text.replace(/[^\n]/g, ' ');

/** The page with the same lines, and blanks where code is: in fences, indented, in backticks. */
export function withoutCode(text) {
  let fence = null;
  let indented = false;
  let afterBlank = true;
  /** How far what belongs to the list item at hand is indented; 0 outside of lists. */
  let content = 0;
  const lines = text.split('\n').map((line) => {
    if (fence) {
      const [, mark] = /^\s*(`{3,}|~{3,})\s*$/.exec(line) ?? [];
      if (mark?.startsWith(fence)) fence = null;
      return blank(line);
    }
    const indent = /^ */.exec(line)[0].length;
    const [, mark] = FENCE.exec(line.slice(Math.min(indent, content))) ?? [];
    if (mark) {
      fence = mark;
      afterBlank = false;
      return blank(line);
    }
    if (line.trim() === '') {
      afterBlank = true;
      return line;
    }
    indented = indent >= content + 4 && (afterBlank || indented);
    if (!indented) {
      const [, item] = LIST_ITEM.exec(line) ?? [];
      if (item) content = item.length;
      else if (afterBlank && indent < content) content = 0;
    }
    afterBlank = false;
    return indented ? blank(line) : line;
  });
  // A run of backticks ends at the next one that is as long, in the same paragraph.
  return lines.join('\n').replace(/(?<!`)(`+)(?!`)((?:(?!\n\s*\n)[^])*?[^`])\1(?!`)/g, blank);
}

/** All that the page links to or shows: `{ target, line }`, in the page's order. */
export function linksOf(text) {
  const prose = withoutCode(text);
  const found = [INLINE, DEFINITION, HTML].flatMap((pattern) =>
    [...prose.matchAll(pattern)].map((match) => ({ target: match[1] ?? match[2], index: match.index })));
  return found
    .sort((one, other) => one.index - other.index)
    .map(({ target, index }) => ({ target, line: lineAt(prose, index) }));
}

/** The number of the line, from 1 on, that has the character at `index`. */
export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}

/** The texts of the page's headings, still with their markup. */
export function headingsOf(text) {
  const prose = withoutCode(text).split('\n');
  const lines = text.split('\n');
  const headings = [];
  prose.forEach((line, i) => {
    // Code in a heading is text of it, so it is taken from the page itself.
    if (HEADING.test(line)) headings.push(HEADING.exec(lines[i])[1]);
    else if (/^ {0,3}(?:=+|-+)\s*$/.test(line) && i > 0 && !NO_PARAGRAPH.test(prose[i - 1])) {
      headings.push(lines[i - 1].trim());
    }
  });
  return headings;
}

/** The anchor that GitHub makes of a heading's text, before it tells equal ones apart. */
export function slugOf(heading) {
  return heading
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/(?<![\w`])(_{1,2})(?=\S)([^`]*?\S)\1(?![\w`])/g, '$2')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\- ]/gu, '')
    .replace(/ /g, '-');
}

/** All anchors of the page: its headings', equal ones numbered from the second on, and HTML's. */
export function anchorsOf(text) {
  const anchors = new Set();
  const seen = new Map();
  for (const heading of headingsOf(text)) {
    const slug = slugOf(heading);
    let anchor = slug;
    while (anchors.has(anchor)) {
      seen.set(slug, (seen.get(slug) ?? 0) + 1);
      anchor = `${slug}-${seen.get(slug)}`;
    }
    anchors.add(anchor);
  }
  for (const [, name] of withoutCode(text).matchAll(HTML_ANCHOR)) anchors.add(name);
  return anchors;
}
