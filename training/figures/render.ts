/** Vega-Lite specification to SVG or PNG, without a browser. */
import sharp from 'sharp';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** On white, at twice the size of the specification, so that it is sharp in print. */
export async function renderPng(spec: TopLevelSpec): Promise<Buffer> {
  return sharp(Buffer.from(await renderSvg(spec)), { density: 144 })
    .flatten({ background: '#ffffff' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
