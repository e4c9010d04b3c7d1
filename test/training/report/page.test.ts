import { describe, expect, test } from 'vitest';
import { chart, page, pictures, tableOf } from '../../../training/report/page.ts';

describe('a page', () => {
  test('holds names from outside as text', () => {
    const hostile = '<script>alert("x")</script>';
    const body =
      tableOf([[hostile, hostile]]) + pictures([{ picture: null, title: hostile, lines: [hostile] }], 'faces');
    const html = page(hostile, hostile, [{ title: hostile, body }]);
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;');
  });

  test('keeps the ids of its charts apart', () => {
    const svg = '<svg width="1"><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>';
    const both = chart(svg, 'a', 'first') + chart(svg, 'b', 'second');
    expect(both.match(/id="[^"]+"/g)).toEqual(['id="a-clip0"', 'id="b-clip0"']);
    expect(both).toContain('url(#b-clip0)');
    expect(both).toContain('aria-label="second"');
  });
});
