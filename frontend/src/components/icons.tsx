import type { ComponentChildren } from 'preact';

/** 16-pixel line icons in the colour of the text around them. They say nothing to screen readers. */
export function icon(children: ComponentChildren) {
  return function Icon({ className = '' }: { className?: string }) {
    return (
      <svg class={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {children}
      </svg>
    );
  };
}

export const CheckIcon = icon(
  <>
    <circle cx="8" cy="8" r="6.5" />
    <path d="M5.2 8.2l2 2 3.8-4.2" />
  </>,
);
export const CrossIcon = icon(
  <>
    <circle cx="8" cy="8" r="6.5" />
    <path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" />
  </>,
);
export const AlertIcon = icon(
  <>
    <path d="M8 1.8l6.6 12H1.4z" />
    <path d="M8 6.4v3.4M8 11.8v.1" />
  </>,
);
export const CancelledIcon = icon(
  <>
    <circle cx="8" cy="8" r="6.5" />
    <path d="M3.6 12.4l8.8-8.8" />
  </>,
);
export const QueuedIcon = icon(
  <>
    <circle cx="8" cy="8" r="6.5" stroke-dasharray="2.6 2.5" />
    <path d="M8 5v3.2l2 1.3" />
  </>,
);
export const RunningIcon = icon(
  <>
    <circle cx="8" cy="8" r="6.5" class="icon-faint" />
    <path d="M8 1.5a6.5 6.5 0 0 1 6.5 6.5" class="spin" />
    <circle cx="8" cy="8" r="2" class="icon-filled" />
  </>,
);
export const BranchIcon = icon(
  <>
    <circle cx="4.5" cy="3.5" r="1.8" />
    <circle cx="4.5" cy="12.5" r="1.8" />
    <circle cx="11.5" cy="5" r="1.8" />
    <path d="M4.5 5.3v5.4M11.5 6.8c0 2.6-4 2.2-6.4 4" />
  </>,
);
export const CommitIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.6" />
    <path d="M.8 8h4.6M10.6 8h4.6" />
  </>,
);
export const GuardIcon = icon(<path d="M8 1.5l5.5 2v4.3c0 3.2-2.3 5.6-5.5 6.7-3.2-1.1-5.5-3.5-5.5-6.7V3.5zM8 5v3.4M8 10.6v.1" />);
export const TagIcon = icon(<path d="M2 2.5h5.5l6 6-5 5-6.5-6zM5 5.5v.1" />);
export const PullIcon = icon(
  <>
    <circle cx="4.5" cy="3.5" r="1.8" />
    <circle cx="4.5" cy="12.5" r="1.8" />
    <circle cx="11.5" cy="12.5" r="1.8" />
    <path d="M4.5 5.3v5.4M11.5 10.7V6.5c0-1.5-.9-2.5-2.5-2.5H7.5M9.3 2.2L7.5 4l1.8 1.8" />
  </>,
);
export const PlayIcon = icon(<path d="M4.5 2.8l8 5.2-8 5.2z" />);
export const LockIcon = icon(
  <>
    <rect x="3" y="7" width="10" height="7" rx="1.5" />
    <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
  </>,
);
export const ClockIcon = icon(
  <>
    <circle cx="8" cy="8" r="6.5" />
    <path d="M8 4.2V8l2.6 1.6" />
  </>,
);
export const BoxIcon = icon(
  <>
    <path d="M2 5l6-3 6 3v6l-6 3-6-3z" />
    <path d="M2 5l6 3 6-3M8 8v6" />
  </>,
);
export const ServerIcon = icon(
  <>
    <rect x="2" y="2.5" width="12" height="4.5" rx="1" />
    <rect x="2" y="9" width="12" height="4.5" rx="1" />
    <path d="M4.5 4.8v.1M4.5 11.3v.1" />
  </>,
);
export const WrapIcon = icon(<path d="M2 3.5h12M2 8h9.5a2.2 2.2 0 0 1 0 4.4H8M9.6 10.6L7.8 12.4l1.8 1.8M2 12.4h3" />);
export const FollowIcon = icon(<path d="M8 2v8.5M4.2 7L8 10.8 11.8 7M2.5 14h11" />);
export const RawIcon = icon(
  <>
    <path d="M3.5 1.5h6l3 3v10h-9z" />
    <path d="M5.8 8h4.4M5.8 10.8h4.4" />
  </>,
);
export const LinkIcon = icon(
  <path d="M6.5 9.5l3-3M7.2 4.6l1.4-1.4a2.9 2.9 0 0 1 4.1 4.1l-1.4 1.4M8.8 11.4l-1.4 1.4a2.9 2.9 0 0 1-4.1-4.1l1.4-1.4" />,
);
export const CloseIcon = icon(<path d="M4 4l8 8M12 4l-8 8" />);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="8.5" height="8.5" rx="1.5" />
    <path d="M10.5 3.5V3A1.2 1.2 0 0 0 9.3 2H3.2A1.2 1.2 0 0 0 2 3.2v6A1.2 1.2 0 0 0 3.2 10.5h.5" />
  </>,
);
export const ArrowIcon = icon(<path d="M2.5 8h11M9.5 4l4 4-4 4" />);

export const KeyIcon = icon(
  <>
    <circle cx="5" cy="11" r="3" />
    <path d="M7.2 8.8L13.5 2.5M11 5l2.2 2.2M9 7l1.6 1.6" />
  </>,
);
export const ChevronIcon = icon(<path d="M6 3.5L10.5 8 6 12.5" />);
export const SearchIcon = icon(
  <>
    <circle cx="7" cy="7" r="4.5" />
    <path d="M10.4 10.4L14 14" />
  </>,
);

export function GitHubIcon() {
  return (
    <svg class="icon icon-solid" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d="M8 .2a8 8 0 0 0-2.5 15.6c.4.07.55-.170.55-.380l-.010-1.34c-2.23.48-2.7-1.07-2.7-1.07-.360-.930-.890-1.17-.890-1.17-.730-.500.05-.490.05-.490.81.06 1.23.83 1.23.83.72 1.23 1.88.87 2.34.67.07-.520.28-.870.51-1.07-1.78-.200-3.64-.890-3.64-3.95 0-.870.31-1.59.82-2.15-.080-.200-.360-1.02.08-2.12 0 0 .670-.210 2.2.82a7.6 7.6 0 0 1 4 0c1.53-1.04 2.2-.820 2.2-.820.44 1.1.16 1.92.08 2.12.51.56.82 1.27.82 2.15 0 3.07-1.87 3.75-3.65 3.95.29.25.54.73.54 1.48l-.010 2.2c0 .210.15.46.55.38A8 8 0 0 0 8 .2z" />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="7" />
      <ellipse cx="16" cy="16" rx="14" ry="5" transform="rotate(-24 16 16)" />
    </svg>
  );
}
