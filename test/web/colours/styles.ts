/** The colours of the dashboard as its style sheets have them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../web/styles');

export type Theme = 'light' | 'dark';

interface Rule {
  readonly selector: string;
  readonly declarations: ReadonlyMap<string, string>;
}

/** Of one file, comments and the at-rules about them left out. */
export function rulesOf(file: string): Rule[] {
  const text = readFileSync(join(FOLDER, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selectors, body]) => {
    const declarations = new Map(
      body!.split(';').flatMap((line) => {
        const at = line.indexOf(':');
        return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const];
      }),
    );
    return selectors!.split(',').map((selector) => ({ selector: selector.trim(), declarations }));
  });
}

export function sheets(): string[] {
  return readdirSync(FOLDER).filter((file) => file.endsWith('.css'));
}

/** `--name` -> `#rrggbb`. */
export function tokens(theme: Theme): ReadonlyMap<string, string> {
  const dark = theme === 'dark' ? [':root[data-theme="dark"]'] : [];
  const entries = [':root', ...dark].flatMap((wanted) =>
    rulesOf('theme.css')
      .filter(({ selector }) => selector === wanted)
      .flatMap(({ declarations }) => [...declarations]),
  );
  return new Map(entries.filter(([name]) => name.startsWith('--')).map(([name, value]) => [name.slice(2), value]));
}

/** What a rule sets, variables resolved; throws where no rule of that selector sets it. */
export function styled(selector: string, property: string, theme: Theme): string {
  const values = sheets()
    .flatMap(rulesOf)
    .filter((rule) => rule.selector === selector)
    .flatMap(({ declarations }) => declarations.get(property) ?? []);
  const value = values.at(-1);
  if (value === undefined) throw new Error(`Expected a rule ${selector} { ${property} }, got none`);
  const [, name] = /^var\(--([\w-]+)\)$/.exec(value) ?? [];
  return name === undefined ? value : tokens(theme).get(name)!;
}
