import { safeLink } from './ansi';
import type { StyledLine } from './line_editor';

/** A stretch of one line that looks the same throughout. */
export interface Segment {
  text: string;
  style: number;
  /** Where a click leads, or "". */
  link: string;
}

const ADDRESS = /https?:\/\/[^\s<>"'`\u007f-\u009f]+/gi;
/** Punctuation that belongs to the sentence around an address rather than to the address. */
const TRAILING = /[.,;:!?)\]}]+$/;
/** Looking for addresses in a giant line is not worth the time. */
const MAX_LINKIFIED = 4096;

/** Cuts a line at its changes of style and at the web addresses in it. */
export function segmentsOf(line: StyledLine, linkOfStyle: (style: number) => string): Segment[] {
  const segments: Segment[] = [];
  let position = 0;
  let style = 0;
  const add = (end: number) => {
    if (end <= position) return;
    const link = linkOfStyle(style);
    const text = line.text.slice(position, end);
    if (link !== '' || line.text.length > MAX_LINKIFIED) segments.push({ text, style, link });
    else linkify(text, style, segments);
    position = end;
  };
  for (let i = 0; i < line.runs.length; i += 2) {
    add(line.runs[i] ?? 0);
    style = line.runs[i + 1] ?? 0;
  }
  add(line.text.length);
  return segments;
}

function linkify(text: string, style: number, segments: Segment[]): void {
  let position = 0;
  if (text.includes('://')) {
    for (const match of text.matchAll(ADDRESS)) {
      const address = match[0].replace(TRAILING, '');
      const link = safeLink(address);
      if (link === '') continue;
      if (match.index > position) {
        segments.push({ text: text.slice(position, match.index), style, link: '' });
      }
      segments.push({ text: address, style, link });
      position = match.index + address.length;
    }
  }
  if (position < text.length) segments.push({ text: text.slice(position), style, link: '' });
}
