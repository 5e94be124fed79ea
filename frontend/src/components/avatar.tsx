import { useState } from 'preact/hooks';

/** A person's picture, or their initial when there is none or it does not load. Decorative. */
export function Avatar({ name, url, size }: { name: string; url: string; size: 20 | 28 }) {
  const [broken, setBroken] = useState('');
  if (url === '' || broken === url) {
    return (
      <span class={`avatar avatar-${size}`} aria-hidden="true">
        {(Array.from(name)[0] ?? '?').toUpperCase()}
      </span>
    );
  }
  return (
    <img
      class={`avatar avatar-${size}`}
      src={url}
      alt=""
      width={size}
      height={size}
      loading="lazy"
      referrerpolicy="no-referrer"
      onError={() => setBroken(url)}
    />
  );
}
