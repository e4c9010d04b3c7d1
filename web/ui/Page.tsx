import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasLeft } from '../app/location.ts';

export interface TitledProps {
  readonly title: string;
  /** Of the page in the tab, where it differs. */
  readonly tab?: string;
  readonly children: ComponentChildren;
}

/** A page: its one heading, which is also the tab's title. */
export function Page({ title, tab = title, children }: TitledProps) {
  useEffect(() => {
    document.title = `${tab} – Fiducial`;
  }, [tab]);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // What a page shows while it loads may be another element than what it shows then.
    if (hasLeft() && document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, []);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      <h1>{title}</h1>
      {children}
    </main>
  );
}

export interface SectionProps extends TitledProps {
  /** What it shows is being read. */
  readonly busy?: boolean;
}

export function Section({ title, busy, children }: SectionProps) {
  return (
    <section aria-label={title} aria-busy={busy}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
