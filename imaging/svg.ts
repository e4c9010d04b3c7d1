/** The little SVG that overlays need, as text. Everything is escaped: captions hold file names. */
import type { Point } from '../domain/geometry.ts';

export function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`,
  );
}

export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => `${key}="${attribute(value)}"`);
  return `<${name} ${written.join(' ')}>${content}</${name}>`;
}

function attribute(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : escaped(value);
}

/** XML allows no control characters, however they are written. */
export function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to leave out.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .toWellFormed()
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

export function dots(points: readonly Point[], colour: string, radius: number): string {
  const circles = points.map(([cx, cy]) => element('circle', { cx, cy, r: radius })).join('');
  return element('g', { fill: colour, stroke: '#10131a', 'stroke-width': radius * 0.35 }, circles);
}

/** `curves` are lists of indices into `points`. */
export function curvesOf(
  points: readonly Point[],
  curves: readonly (readonly number[])[],
  colour: string,
  width: number,
): string {
  const lines = curves.map((curve) => {
    const at = curve.flatMap((index) => points[index] ?? []).map((value) => Math.round(value * 100) / 100);
    return element('polyline', { points: at.join(' ') });
  });
  const style = { fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-opacity': 0.75 };
  return element('g', { ...style, 'stroke-linejoin': 'round' }, lines.join(''));
}

/** A dark bar along the bottom with the caption on it. */
export function captionBar(caption: string, width: number, height: number): string {
  const bar = captionHeight(width);
  const back = element('rect', { x: 0, y: height - bar, width, height: bar, fill: '#10131a', 'fill-opacity': 0.78 });
  return back + text(caption, bar * 0.3, height - bar * 0.32, bar * 0.56, width - bar * 0.6);
}

export function captionHeight(width: number): number {
  return Math.max(16, Math.round(width / 22));
}

/** Cut to about `room` pixels: letters of this size are about 0.56 as wide as high. */
export function text(content: string, x: number, y: number, size: number, room: number): string {
  const letters = Math.max(1, Math.floor(room / (size * 0.56)));
  const shown = content.length > letters ? `${content.slice(0, letters - 1)}…` : content;
  const style = { 'font-family': 'DejaVu Sans, Liberation Sans, Arial, sans-serif', 'font-size': size };
  return element('text', { x, y, ...style, fill: '#f4f6fb' }, escaped(shown));
}
