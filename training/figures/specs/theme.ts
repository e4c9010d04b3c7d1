/**
 * What all figures share. Colours are near those of Okabe and Ito ("Color Universal Design", 2008), moved until they hold
 * for the colour-blind and against their ground too; lines also differ by dash.
 */
import type { TopLevelSpec } from 'vega-lite';

export type Theme = 'light' | 'dark';

/**
 * Each differs from each by a CIEDE2000 of 13 or more for all four kinds of colour vision, and stands out from its ground
 * by 3 to 1 or more: test/web/colours.
 */
const PALETTES = {
  light: ['#095da5', '#b14c00', '#598b63', '#fb4e9e', '#b68b01', '#099adf', '#747075', '#000000'],
  dark: ['#49b0fd', '#ef8e00', '#0c917b', '#bc8aad', '#fbdf2f', '#b95314', '#b7b8ae', '#ffffff'],
} as const;

/** Beside the colours, since they are fewer: no two of 40 lines have both the same. */
export const DASHES: number[][] = [
  [1, 0],
  [9, 4],
  [3, 2],
  [10, 3, 2, 3],
  [1.5, 3],
];

/** A line that is drawn over what all else is drawn in. */
export function overColour({ theme = 'light' }: FigureOptions): string {
  return PALETTES[theme][1];
}

export function themeConfig(theme: Theme): NonNullable<TopLevelSpec['config']> {
  const ink = theme === 'light' ? '#1b1f24' : '#e6e8eb';
  const faint = theme === 'light' ? '#d8dce1' : '#3a4149';
  const font = 'system-ui, "DejaVu Sans", sans-serif';
  return {
    background: 'transparent',
    font,
    view: { stroke: 'transparent' },
    range: { category: [...PALETTES[theme]] },
    mark: { color: PALETTES[theme][0] },
    axis: {
      labelColor: ink,
      titleColor: ink,
      gridColor: faint,
      domainColor: faint,
      tickColor: faint,
      titleFontWeight: 'normal',
    },
    legend: { labelColor: ink, titleColor: ink, title: null },
    title: { color: ink, fontWeight: 'bold', anchor: 'start' },
    header: { labelColor: ink, titleColor: ink },
    text: { color: ink },
  };
}

export interface FigureOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
}

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** The parts of every specification that do not depend on what it shows. */
export function frame({ theme = 'light', width = 520, height = 280, title }: FigureOptions) {
  return {
    $schema: SCHEMA,
    width,
    height,
    config: themeConfig(theme),
    ...(title === undefined ? {} : { title }),
  } as const;
}
