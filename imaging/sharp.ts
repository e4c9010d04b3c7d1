/**
 * sharp (libvips) as this project uses it: one thread an image, no cache between images, and no loader besides those
 * of the formats that are read here. Settings hold for the process.
 */
import sharp from 'sharp';

/** libvips classes of the loaders that may run. Everything else (PDF, ImageMagick, SVG files, ...) is refused. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((format) => `VipsForeignLoad${format}`);
/** Overlays and figures are drawn as SVG of our own. What comes from outside is told apart by its bytes first. */
const DRAWING = 'VipsForeignLoadSvgBuffer';

sharp.concurrency(1);
sharp.cache(false);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: [...LOADERS, DRAWING] });

/** For processes that read images from outside and draw none. */
export function refuseDrawings(): void {
  sharp.block({ operation: [DRAWING] });
}

export { sharp };
