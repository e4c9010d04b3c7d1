/**
 * Colours of the dashboard that tell something: apart for everybody, or told by something else too; and seen on their
 * ground. All values are those of the style sheets.
 */
import { describe, expect, test } from 'vitest';
import { TRAINING_STATUSES } from '../../../training/ledger/index.ts';
import { FaceErrors } from '../../../web/faces/FaceErrors.tsx';
import { BACKDROP } from '../../../web/faces/shapes.ts';
import { Status } from '../../../web/ui/Status.tsx';
import { Overlay } from '../../../web/viewer/Overlay.tsx';
import { contrast, distance, over, VISIONS, type Vision } from './colourVision.ts';
import { drawn } from './drawn.ts';
import { rulesOf, sheets, styled, type Theme, tokens } from './styles.ts';

/** CIEDE2000: several times what is just seen, for marks of a few pixels that lie apart. */
const APART = 10;
/** WCAG 2.2: 1.4.3 for text, 1.4.11 for what is no text. */
const TEXT = 4.5;
const MARK = 3;

const VISION_NAMES = Object.keys(VISIONS) as Vision[];
const THEMES: readonly Theme[] = ['light', 'dark'];

/** Text colour -> the grounds it lies on. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  ink: ['ground', 'raised', 'wash', 'danger-wash'],
  quiet: ['ground', 'raised', 'wash'],
  accent: ['ground', 'raised', 'wash'],
  danger: ['ground', 'raised', 'danger-wash'],
  good: ['ground', 'raised'],
  'accent-ink': ['accent'],
  'stage-ink': ['stage'],
};
/** What is no text -> what it has to stand out from. */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  edge: ['ground', 'raised'],
  error: ['raised'],
  'error-high': ['raised'],
  predicted: ['stage', 'mark-edge'],
  truth: ['stage', 'mark-edge'],
  missed: ['stage', 'mark-edge'],
  mark: ['stage', 'mark-edge'],
};
/** Lines that only divide, and what is behind figures that bring their own colours. */
const NEITHER = ['line', 'paper'];

describe('the style sheets', () => {
  test('have all their colours in theme.css', () => {
    const literal = sheets()
      .filter((file) => file !== 'theme.css')
      .flatMap((file) =>
        rulesOf(file).flatMap(({ selector, declarations }) =>
          [...declarations.values()].map((value) => `${selector}: ${value}`),
        ),
      )
      .filter((text) => /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(/i.test(text));
    // Behind a dialog: darker than whatever is there.
    expect(literal).toEqual(['.viewer::backdrop: rgb(0 0 0 / 60%)']);
  });

  test.each(THEMES)('have no colour in %s whose use is not said here', (theme) => {
    const grounds = [...Object.values(TEXTS), ...Object.values(MARKS)].flat();
    const said = new Set([...Object.keys(TEXTS), ...Object.keys(MARKS), ...grounds, ...NEITHER]);
    expect([...tokens(theme).keys()].filter((name) => !said.has(name))).toEqual([]);
  });
});

describe.each(THEMES)('colours in %s', (theme) => {
  const colour = (name: string) => tokens(theme).get(name)!;
  const pairs = (table: typeof TEXTS) =>
    Object.entries(table).flatMap(([name, grounds]) => grounds.map((ground) => [name, ground] as const));

  test.each(pairs(TEXTS))('%s is read on %s', (name, ground) => {
    expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(pairs(MARKS))('%s is seen on %s', (name, ground) => {
    expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(MARK);
  });

  describe.each(VISION_NAMES)('with %s', (vision) => {
    test.each([
      ['.overlay .predicted', 'fill', '.overlay .truth', 'stroke'],
      ['.overlay .predicted', 'fill', '.overlay .missed', 'stroke'],
      ['.overlay .truth', 'stroke', '.overlay .missed', 'stroke'],
      ['.overlay .predicted', 'fill', '.overlay .chosen', 'stroke'],
      ['.error-point', 'fill', '.error-point.high', 'fill'],
      ['.status.done', 'color', '.status.failed', 'color'],
      ['.status.done', 'color', '.status.running', 'color'],
      ['.status.failed', 'color', '.status.running', 'color'],
    ] as const)('%s (%s) is not taken for %s (%s)', (a, fillA, b, fillB) => {
      expect(distance(styled(a, fillA, theme), styled(b, fillB, theme), vision)).toBeGreaterThanOrEqual(APART);
    });
  });

  test.each(['.error-point', '.error-point.high'])('%s is seen as it is drawn, half through', (selector) => {
    const shown = over(
      styled(selector, 'fill', theme),
      Number(styled(selector, 'fill-opacity', theme)),
      colour('raised'),
    );
    expect(contrast(shown, colour('raised'))).toBeGreaterThanOrEqual(MARK);
  });
});

describe('what is told by colour is told by something else too', () => {
  const STATUSES = [
    ...new Set([...TRAINING_STATUSES, 'PLANNING', 'RUNNING', 'DONE', 'FAILED', 'REJECTED', 'CANCELLED']),
  ];

  test.each(STATUSES)('status %s: by its word, and by a mark that no status of another colour has', (status) => {
    const shown = (of: string) => {
      const [whole, mark] = drawn(Status({ status: of }));
      const own = rulesOf('page.css').some(({ selector }) => selector === `.status.${of.toLowerCase()}`);
      return {
        text: whole!.text,
        mark: mark!.text,
        colour: own ? styled(`.status.${of.toLowerCase()}`, 'color', 'light') : 'ink',
      };
    };
    const { text, mark, colour } = shown(status);
    expect(text).toBe(`${mark} ${status.toLowerCase()}`);
    const others = STATUSES.map(shown).filter((other) => other.colour !== colour);
    expect(others.map((other) => other.mark)).not.toContain(mark);
  });

  test('points: predicted are discs, true ones upright crosses, missed ones crosses on their side', () => {
    const box = { left: 0, top: 0, width: 10, height: 10 };
    const face = { box, boxSource: 'WHOLE', keypoints: [[5, 5]], score: null, maePx: null, nme: [] } as const;
    const point = { index: 0, name: 'nose', predicted: [5, 5], truth: [6, 6], errorPx: 1 } as const;
    const elements = drawn(
      Overlay({
        item: { faces: [{ face, points: [point] }], missed: [[[20, 20]]] },
        layout: 'nose1',
        layers: { predicted: true, truth: true, lines: true, boxes: true },
        view: { scale: 1, left: 0, top: 0 },
        stage: { width: 40, height: 40 },
        chosen: null,
      }),
    );
    const of = (name: string) =>
      elements.filter((one) => one.class === name).map(({ type, props }) => `${type} ${props.d ?? ''}`);
    expect(of('predicted')).toEqual(['circle ']);
    expect(of('truth')).toEqual(['path M2 6H10M6 2V10']);
    expect(of('missed')).toEqual(['path M16 16L24 24M24 16L16 24']);
    expect(of('edge')).toEqual([...of('truth'), ...of('missed')]);
  });

  test('errors by keypoint: the high ones are larger, and each has its number in words', () => {
    const errors = BACKDROP.map((_, index) => ({ index, name: `point ${index}`, maePx: 1 + (index % 10) }));
    const elements = drawn(FaceErrors({ layout: 'ibug68', errors }));
    const radii = (name: string) => elements.filter((one) => one.class === name).map(({ props }) => Number(props.r));
    expect(radii('error-point high').length).toBeGreaterThan(5);
    expect(Math.min(...radii('error-point high'))).toBeGreaterThan(Math.max(...radii('error-point')));
    const words = elements.filter(({ type }) => type === 'title').map(({ text }) => text);
    expect(words).toContain('9, point 9: 10.00 px');
  });
});
