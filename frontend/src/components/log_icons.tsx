import { icon } from './icons';

export const DownloadIcon = icon(<path d="M8 1.5v8.5M4.6 6.8L8 10.2l3.4-3.4M2 11.5v3h12v-3" />);
export const FullScreenIcon = icon(<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />);
export const KeyboardIcon = icon(
  <>
    <rect x="1" y="4" width="14" height="8.5" rx="1.5" />
    <path d="M4 7v.1M6.7 7v.1M9.3 7v.1M12 7v.1M5 10h6" />
  </>,
);
export const UpIcon = icon(<path d="M3.5 10L8 5.5l4.5 4.5" />);
export const DownIcon = icon(<path d="M3.5 6L8 10.5 12.5 6" />);
