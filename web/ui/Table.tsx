import type { ComponentChildren } from 'preact';

interface TableProps {
  readonly label: string;
  /** Of the columns. */
  readonly heads: readonly string[];
  /** Rows. */
  readonly children: ComponentChildren;
}

/** In a box of its own, which scrolls where the page is narrow. */
export function Table({ label, heads, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
    <section class="table-box" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {heads.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
