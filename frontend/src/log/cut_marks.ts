import type { Mark } from './matches';
import type { Segment } from './segments';

export interface MarkedSegment extends Segment {
  mark: Mark | null;
}

/** Cuts a line's segments once more, where marks begin and end. Marks ascend and do not overlap. */
export function cutAtMarks(segments: readonly Segment[], marks: readonly Mark[]): MarkedSegment[] {
  const cut: MarkedSegment[] = [];
  let next = 0;
  let position = 0;
  for (const segment of segments) {
    const end = position + segment.text.length;
    let from = position;
    while (from < end) {
      while ((marks[next]?.end ?? Infinity) <= from) next++;
      const mark = marks[next];
      const inside = mark !== undefined && mark.start <= from;
      const to = Math.min(end, (inside ? mark.end : mark?.start) ?? end);
      cut.push({ ...segment, text: segment.text.slice(from - position, to - position), mark: inside ? mark : null });
      from = to;
    }
    position = end;
  }
  return cut;
}
