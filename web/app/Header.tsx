import { session, signOut } from '../api/session.ts';
import { useValue } from '../api/value.ts';
import { linkTo, type Place } from './location.ts';
import { SECTIONS } from './pages.tsx';
import { theme, toggleTheme } from './theme.ts';

export function Header({ place }: { readonly place: Place }) {
  const { token, project } = useValue(session);
  const current = place.path[0] ?? SECTIONS[0]!.segment;
  return (
    <header>
      <a class="brand" href={linkTo([])}>
        <span class="brand-mark" aria-hidden="true" /> Fiducial
      </a>
      <nav aria-label="Pages">
        {SECTIONS.map(({ segment, label, also }) => (
          <a
            key={segment}
            href={linkTo([segment])}
            aria-current={current === segment || also?.includes(current) ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <span class="header-end">
        {project !== 'default' && <span class="project">project {project}</span>}
        <ThemeButton />
        {token !== null && (
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        )}
      </span>
    </header>
  );
}

function ThemeButton() {
  const now = useValue(theme);
  const other = now === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" onClick={toggleTheme} aria-label={`Switch to ${other} colours`}>
      {now === 'dark' ? '☀' : '☾'}
    </button>
  );
}
