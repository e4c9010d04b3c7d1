import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linkTo, parsePlace } from '../../../web/app/location.ts';

test('a link leads back to the path and the filters it was made of, whatever they contain', () => {
  const segment = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), segment, (path, value) => {
      const place = parsePlace(linkTo(path, { prefix: value }));
      expect(place.path).toEqual(path);
      expect(place.filters.get('prefix')).toBe(value);
    }),
  );
});

test('ids are readable in links, empty filters are left out, lists are repeated', () => {
  expect(linkTo(['runs', 'Run:default:abc'], { show: 'best', code: null, prefix: '' })).toBe(
    '#/runs/Run:default:abc?show=best',
  );
  expect(parsePlace(linkTo(['compare'], { run: ['a', 'b'] })).filters.getAll('run')).toEqual(['a', 'b']);
});

test('a fragment that is no URL does not break the page', () => {
  expect(parsePlace('#/runs/%E0%A4%A').path).toEqual(['runs', '%E0%A4%A']);
});
