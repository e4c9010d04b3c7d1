/** The grid of a sweep, as people write it. */

/** A line a field: `architecture.kernel=3,5,7`. Throws where a line is not of this form. */
export function parseGrid(text: string): Record<string, unknown[]> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      if (at <= 0 || line.slice(at + 1).trim() === '')
        throw new Error(`Expected FIELD=VALUE,VALUE,... , got "${line}"`);
      return [
        line.slice(0, at).trim(),
        line
          .slice(at + 1)
          .split(',')
          .map(parseValue),
      ];
    }),
  );
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text.trim());
  } catch {
    return text.trim();
  }
}

/** What is wrong with it; null: nothing. */
export function gridProblem(text: string): string | null {
  try {
    parseGrid(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
