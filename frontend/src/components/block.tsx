import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** How far outside the window a block is drawn already. */
const MARGIN_PX = 800;

/**
 * A piece of a long list, which is drawn only while it is near the window. `height` is what it
 * takes, in pixels, until it has been drawn once; then what it really took.
 */
export function Block(props: { height: number; children: () => ComponentChildren }) {
  const element = useRef<HTMLUListElement>(null);
  const [near, setNear] = useState(false);
  const known = useRef(props.height);

  // Before it is painted, so that nothing flickers while somebody types.
  useLayoutEffect(() => {
    const top = element.current?.getBoundingClientRect().top ?? 0;
    if (top < window.innerHeight + MARGIN_PX) setNear(true);
  }, []);

  useEffect(() => {
    const block = element.current;
    if (!block) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (!last) return;
        if (!last.isIntersecting) known.current = block.offsetHeight || known.current;
        // What has the keyboard stays.
        setNear(last.isIntersecting || block.contains(document.activeElement));
      },
      { rootMargin: `${MARGIN_PX}px` },
    );
    observer.observe(block);
    return () => observer.disconnect();
  }, []);

  // Before it is painted, so that nothing below moves.
  useLayoutEffect(() => {
    // Styles set by a script, unlike those in markup, are within the content security policy.
    if (element.current) element.current.style.height = near ? '' : `${known.current}px`;
  }, [near, props.height]);

  return (
    <ul class="block" ref={element}>
      {near && props.children()}
    </ul>
  );
}
