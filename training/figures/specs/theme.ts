/**
 * What all figures share. Colours are those of Okabe and Ito ("Color Universal Design", 2008), which hold for the
 * colour-blind; lines also differ by dash where there are few.
 */
import type { TopLevelSpec } from 'vega-lite';

export type Theme = 'light' | 'dark';

export const PALETTE = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#7F7F7F',
  '#000000',
] as const;
const DARK_PALETTE = ['#56B4E9', '#E69F00', '#009E73', '#CC79A7', '#F0E442', '#D55E00', '#BBBBBB', '#FFFFFF'] as const;

export function themeConfig(theme: Theme): NonNullable<TopLevelSpec['config']> {
  const ink = theme === 'light' ? '#1b1f24' : '#e6e8eb';
  const faint = theme === 'light' ? '#d8dce1' : '#3a4149';
  const font = 'system-ui, "DejaVu Sans", sans-serif';
  return {
    background: 'transparent',
    font,
    view: { stroke: 'transparent' },
    range: { category: [...(theme === 'light' ? PALETTE : DARK_PALETTE)] },
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
