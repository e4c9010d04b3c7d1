/**
 * Where the reader is: a path and its filters, in the URL's fragment, so that a link says all and any file server will
 * do. `#/runs/Run:default:x?order=best`.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Place {
  /** Decoded segments: `['runs', 'Run:default:x']`. */
  readonly path: readonly string[];
  readonly filters: URLSearchParams;
}

export function parsePlace(fragment: string): Place {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decode), filters: new URLSearchParams(query) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

type Filters = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** The link to a place. Empty filters are left out. */
export function linkTo(path: readonly string[], filters: Filters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, one);
  }
  const text = query.size > 0 ? `?${query}` : '';
  return `#/${path.map((one) => encodeURIComponent(one).replaceAll('%3A', ':')).join('/')}${text}`;
}

export function go(link: string): void {
  location.hash = link;
}

/** Changes filters where the reader is. `replace`: the back button passes over it. */
export function setFilters(changes: Filters, { replace = true } = {}): void {
  const { path, filters } = parsePlace(location.hash);
  const all: Record<string, string | readonly string[] | null | undefined> = {};
  for (const name of filters.keys()) all[name] = filters.getAll(name);
  const link = linkTo(path, { ...all, ...changes });
  if (!replace) {
    go(link);
    return;
  }
  history.replaceState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

let left = false;

/** Whether the reader has gone from one page to another since the dashboard was opened. */
export function hasLeft(): boolean {
  return left;
}

/** The next page begins at its top, and with it the focus: what was pressed is gone with the last one. */
export function usePageFocus({ path }: Place): void {
  const page = path.join('/');
  const last = useRef(page);
  useEffect(() => {
    if (last.current === page) return;
    last.current = page;
    left = true;
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [page]);
}

export function usePlace(): Place {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const read = () => setFragment(location.hash);
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return parsePlace(fragment);
}
