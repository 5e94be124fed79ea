/** How the times of lines are told, if at all. */
export const TIME_STYLES = ['off', 'relative', 'clock'] as const;
export type TimeStyle = (typeof TIME_STYLES)[number];
