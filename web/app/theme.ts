/** Light or dark: the reader's choice, otherwise the system's. */
import type { Theme } from '../../training/figures/specs/index.ts';
import { createValue } from '../api/value.ts';

const KEY = 'fiducial.theme';

export const theme = createValue<Theme>('light');

const dark = matchMedia('(prefers-color-scheme: dark)');

export function openTheme(): void {
  dark.addEventListener('change', apply);
  apply();
}

function apply(): void {
  const chosen = localStorage.getItem(KEY);
  const next: Theme = chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = next;
  theme.set(next);
}

export function toggleTheme(): void {
  localStorage.setItem(KEY, theme.get() === 'dark' ? 'light' : 'dark');
  apply();
}
