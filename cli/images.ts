/** The images that a command is given: files as named, folders with everything in them that looks like an image. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { FiducialError } from '../domain/errors.ts';

export interface ImageFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder that was named, `/` between segments; a file's own name. */
  readonly key: string;
}

/** By name only, so that a text file named .jpg has an outcome too. HEIC and BMP are listed: they are told apart as unsupported. */
const ENDINGS = new Set([
  '.jpg',
  '.jpeg',
  '.jpe',
  '.png',
  '.webp',
  '.gif',
  '.tif',
  '.tiff',
  '.avif',
  '.heic',
  '.heif',
  '.bmp',
]);

/** In the order given, folders in UTF-8 order. Throws INVALID_INPUT on a path that does not exist, NO_IMAGES on none. */
export async function listImages(paths: readonly string[]): Promise<ImageFile[]> {
  const lists = await Promise.all(paths.map(listOne));
  const files = lists.flat();
  if (files.length === 0) {
    throw new FiducialError(
      'NO_IMAGES',
      `Expected images in ${paths.join(', ')}, found none that end in ${[...ENDINGS].join(' ')}`,
    );
  }
  return files;
}

async function listOne(path: string): Promise<ImageFile[]> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch((cause: Error) => {
    throw new FiducialError('INVALID_INPUT', `Expected a file or folder at ${path}, found nothing; check the path`, {
      cause,
    });
  });
  if (!info.isDirectory()) return [{ path: absolute, key: basename(absolute) }];
  const entries = await readdir(absolute, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && ENDINGS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: file, key: relative(absolute, file).split(sep).join('/') }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}
