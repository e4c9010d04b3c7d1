/** One self-contained HTML page: styles, charts (SVG) and pictures are inside; nothing is loaded, nothing runs. */
import { escaped } from '../../imaging/svg.ts';
import type { CaptionedPicture } from './facePictures.ts';

/** HTML that is safe to insert. */
export type Html = string;

export interface Section {
  readonly title: string;
  readonly body: Html;
}

export function page(title: string, lead: string, sections: readonly Section[]): string {
  const contents = sections.map(({ title: name }, i) => `<li><a href="#s${i}">${escaped(name)}</a></li>`).join('');
  const parts = sections.map(
    ({ title: name, body }, i) => `<section id="s${i}"><h2>${escaped(name)}</h2>\n${body}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1><p>${escaped(lead)}</p><nav aria-label="Contents"><ol>${contents}</ol></nav>
${parts.join('\n')}
</main></body></html>
`;
}

const STYLE = `
:root{color-scheme:light}body{margin:0;background:#f4f5f7;color:#1b1f24;font:16px/1.5 system-ui,"DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 16px}h1{margin:0 0 4px;font-size:1.7rem}h2{font-size:1.2rem;margin:0 0 12px}
nav ol{display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;list-style:none}a{color:#0b5cad}
section{background:#fff;border:1px solid #d8dce1;border-radius:8px;padding:16px;margin:16px 0;overflow-x:auto}
table{border-collapse:collapse}th,td{padding:3px 14px 3px 0;text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
thead th{border-bottom:1px solid #d8dce1}.charts{display:flex;flex-wrap:wrap;gap:16px}svg,img{max-width:100%;height:auto}
.faces{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:16px}.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:16px}
figure{margin:0}figcaption{font-size:.82rem;overflow-wrap:anywhere}figcaption b{display:block}figcaption span{display:block}figcaption span:last-child{color:#57606a}
.note{color:#57606a}pre{white-space:pre-wrap;font-size:.85rem;background:#f4f5f7;padding:12px;border-radius:6px}`;

export function paragraph(text: string): Html {
  return `<p class="note">${escaped(text)}</p>`;
}

export function preformatted(text: string): Html {
  return `<pre>${escaped(text)}</pre>`;
}

/** The first row is the head where `head` is true; the first cell of each row names it. */
export function tableOf(rows: readonly (readonly (string | number)[])[], head = false): Html {
  const cell = (value: string | number) =>
    typeof value === 'number' ? `<td class="n">${value}</td>` : `<td>${escaped(value)}</td>`;
  const body = (head ? rows.slice(1) : rows).map(
    ([name, ...rest]) => `<tr><th scope="row">${escaped(String(name))}</th>${rest.map(cell).join('')}</tr>`,
  );
  const top = head
    ? `<thead><tr>${rows[0]!.map((name) => `<th scope="col">${escaped(String(name))}</th>`).join('')}</tr></thead>`
    : '';
  return `<table>${top}<tbody>${body.join('')}</tbody></table>`;
}

/** `svg` as Vega renders it: its ids are made unique, since several charts share the page. */
export function chart(svg: string, name: string, description: string): Html {
  const own = svg.replaceAll(/(\bid="|url\(#|href="#)/g, `$1${name}-`);
  const labelled = own.replace('<svg ', `<svg role="img" aria-label="${escaped(description)}" `);
  return `<div>${labelled.slice(labelled.indexOf('<svg '))}</div>`;
}

export function charts(all: readonly Html[]): Html {
  return `<div class="charts">${all.join('')}</div>`;
}

export function image(bytes: Buffer, type: 'image/png' | 'image/jpeg', description: string): Html {
  return `<img src="data:${type};base64,${bytes.toString('base64')}" alt="${escaped(description)}">`;
}

export function pictures(all: readonly CaptionedPicture[], kind: 'faces' | 'photos'): Html {
  const figures = all.map(({ picture, title, lines }) => {
    const shown = picture ? image(picture, 'image/jpeg', `${title}: ${lines[0] ?? ''}`) : '';
    const caption = lines.map((line) => `<span>${escaped(line)}</span>`).join('');
    return `<figure>${shown}<figcaption><b>${escaped(title)}</b>${caption}</figcaption></figure>`;
  });
  return `<div class="${kind}">${figures.join('\n')}</div>`;
}
