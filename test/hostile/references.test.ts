/** Bytes that name a file or an address, in every dress: nobody opens the one, nobody calls the other. */
import { execFileSync } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { createPredictor, type PredictorItem } from '../../inference/predictor.ts';
import { picture } from '../imaging/goodImages.ts';
import { centroidPackage } from '../inference/models.ts';
import { temporaryFolder } from '../storage/folders.ts';

/** Counts who calls. */
async function listener() {
  let calls = 0;
  const server = createServer((socket) => {
    calls++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, calls: () => calls };
}

/** A pipe: whoever opens it to read is held there, and is seen. */
async function trap() {
  const path = join(await temporaryFolder(), 'trap');
  execFileSync('mkfifo', [path]);
  const someoneReads = () => {
    try {
      openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENXIO') return false;
      throw error;
    }
  };
  return { path, someoneReads };
}

const SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64"';

function drawings(target: string): Record<string, string> {
  const entity = `<!DOCTYPE svg [<!ENTITY x SYSTEM "${target}">]>`;
  return {
    'an image': `<svg ${SVG}><image href="${target}" width="9" height="9"/></svg>`,
    'an image by its old name': `<svg ${SVG}><image xlink:href="${target}" width="9" height="9"/></svg>`,
    'another drawing': `<svg ${SVG}><use href="${target}#a"/></svg>`,
    'a style sheet': `<?xml-stylesheet href="${target}"?><svg ${SVG}/>`,
    'a style that imports': `<svg ${SVG}><style>@import url("${target}");</style></svg>`,
    'a font': `<svg ${SVG}><style>@font-face{font-family:a;src:url("${target}")}</style><text>a</text></svg>`,
    'an entity': `<?xml version="1.0"?>${entity}<svg ${SVG}><text>&x;</text></svg>`,
    'a parameter entity': `<!DOCTYPE svg [<!ENTITY % x SYSTEM "${target}"> %x;]><svg ${SVG}/>`,
    'its definition': `<!DOCTYPE svg SYSTEM "${target}"><svg ${SVG}/>`,
    'an inclusion': `<svg ${SVG} xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="${target}" parse="text"/></svg>`,
    'a script': `<svg ${SVG}><script href="${target}"/></svg>`,
    'a foreign page': `<svg ${SVG}><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="${target}"/></foreignObject></svg>`,
  };
}

/** Of other formats: scripts of converters, pages, lists, pictures that carry the drawing. */
async function others(target: string): Promise<Record<string, Buffer>> {
  const drawing = drawings(target)['an entity']!;
  const xmp = `<?xpacket begin=""?>${drawing}<?xpacket end="w"?>`;
  const png = await picture().png().toBuffer();
  return {
    'a script of ImageMagick': Buffer.from(`push graphic-context\nimage over 0,0 9,9 '${target}'\npop graphic-context`),
    'a caption from a file': Buffer.from(`caption:@${target}`),
    'a PostScript program': Buffer.from(`%!PS\n(${target}) (r) file`),
    'a PDF': Buffer.from(`%PDF-1.7\n1 0 obj<</F(${target})>>endobj`),
    'a playlist': Buffer.from(`#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n${target}\n`),
    'a slide of many files': Buffer.from(`[Virtual Microscope Specimen]\nImageFile=${target}\n`),
    'a JPEG whose metadata are such a drawing': await picture().withXmp(xmp).jpeg().toBuffer(),
    'a PNG whose metadata are such a drawing': await picture().withXmp(xmp).png().toBuffer(),
    'a TIFF whose metadata are such a drawing': await picture().withXmp(xmp).tiff().toBuffer(),
    'a PNG with the drawing behind it': Buffer.concat([png, Buffer.from(drawing)]),
  };
}

async function* dressed(target: string): AsyncGenerator<PredictorItem<string>> {
  for (const [what, drawing] of Object.entries(drawings(target))) {
    const text = Buffer.from(drawing);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(drawing, 'utf16le')]);
    const dresses = {
      plain: text,
      'after a mark of byte order': Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]),
      'after white space and a comment': Buffer.from(` \n\t<!-- a photo -->${drawing}`),
      'in two bytes a letter': utf16,
      compressed: gzipSync(text),
    };
    for (const [how, bytes] of Object.entries(dresses)) yield { id: `${what}, ${how}: ${target}`, bytes, box: null };
  }
  for (const [what, bytes] of Object.entries(await others(target))) {
    yield { id: `${what}: ${target}`, bytes, box: null };
  }
}

test('what an image refers to is neither opened nor called, whatever it looks like', { timeout: 120_000 }, async () => {
  const [{ port, calls }, { path, someoneReads }] = await Promise.all([listener(), trap()]);
  expect(someoneReads()).toBe(false);
  const predictor = await createPredictor(centroidPackage({ crop: 'whole' }));
  onTestFinished(() => predictor.close());
  let scored = 0;
  async function* all() {
    for (const target of [`file://${path}`, path, `http://127.0.0.1:${port}/x.png`]) yield* dressed(target);
  }
  for await (const { id, error } of predictor.predict(all())) {
    const outcome = error?.code ?? 'scored';
    if (outcome === 'scored') scored++;
    // Pictures with something in or behind them are pictures; nothing else is.
    expect(outcome === 'scored', id).toBe(/^a (JPEG|PNG|TIFF) /.test(id));
  }
  expect(scored).toBe(3 * 4);
  expect(someoneReads()).toBe(false);
  expect(calls()).toBe(0);
});

test('the two traps would tell: a reader of the pipe is seen, a call is counted', async () => {
  const [{ port, calls }, { path, someoneReads }] = await Promise.all([listener(), trap()]);
  await fetch(`http://127.0.0.1:${port}/`).catch(() => {});
  expect(calls()).toBe(1);
  openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  expect(someoneReads()).toBe(true);
  // What sharp does with a drawing where nobody forbids it.
  expect((await sharp(Buffer.from(`<svg ${SVG}/>`)).metadata()).format).toBe('svg');
});
