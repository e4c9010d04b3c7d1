/**
 * Who asks, and for which project. The token comes in the URL's fragment (`#token=...&project=...`), which no server
 * sees, or is typed; it is kept for as long as the tab is open.
 */
import { createValue } from './value.ts';

export interface Session {
  /** Null where none was given. */
  readonly token: string | null;
  readonly project: string;
  /** Set once the API has refused: it wants a token, or another one. */
  readonly refusal: string | null;
}

const KEY = 'fiducial.session';

export const session = createValue<Session>({ token: null, project: 'default', refusal: null });

/** Of `#token=...&project=...`; null where the fragment is something else. */
export function tokenFragment(fragment: string): { token: string; project: string | null } | null {
  if (!fragment.startsWith('#token=')) return null;
  const fields = new URLSearchParams(fragment.slice(1));
  const token = fields.get('token');
  return token ? { token, project: fields.get('project') } : null;
}

/** Takes what the fragment or the tab holds, and the token out of the address bar. */
export function openSession(page: Window): void {
  const given = tokenFragment(page.location.hash);
  if (given) {
    signIn(given.token, given.project ?? 'default');
    page.history.replaceState(null, '', `${page.location.pathname}#/`);
    return;
  }
  const kept = page.sessionStorage.getItem(KEY);
  if (!kept) return;
  const { token = null, project = 'default' } = JSON.parse(kept) as Partial<Session>;
  session.set({ token, project, refusal: null });
}

export function signIn(token: string | null, project: string): void {
  sessionStorage.setItem(KEY, JSON.stringify({ token, project }));
  session.set({ token, project, refusal: null });
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  session.set({ token: null, project: session.get().project, refusal: 'You have signed out.' });
}

/** The API has refused the token. Ignored where another one is in use by now. */
export function refused(token: string | null, reason: string): void {
  const now = session.get();
  if (now.token !== token || now.refusal !== null) return;
  session.set({ ...now, refusal: token === null ? 'This dashboard opens with a token.' : reason });
}
