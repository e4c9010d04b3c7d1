import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

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
  return (
    <main id="main" tabIndex={-1}>
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
