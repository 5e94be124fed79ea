import type { ComponentChildren } from 'preact';

/** A button of the bar above a log. */
export function Tool(props: {
  label: string;
  /** What it is set to. */
  hint?: string;
  /** Without its word beside the icon. */
  short?: boolean;
  icon: ComponentChildren;
  testId: string;
  pressed?: boolean;
  onClick: () => void;
}) {
  const { label, hint, short = false } = props;
  const full = hint ? `${label}: ${hint}` : label;
  return (
    <button
      type="button"
      class="tool"
      aria-pressed={props.pressed}
      aria-label={full}
      title={full}
      data-testid={props.testId}
      onClick={props.onClick}
    >
      {props.icon}
      {!short && <span class="tool-word">{label}</span>}
    </button>
  );
}
