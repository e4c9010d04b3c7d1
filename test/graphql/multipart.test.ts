import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUploadForm } from '../../graphql/http/multipart.ts';

const TYPE = 'multipart/form-data; boundary=XX';

function formOf(fields: Record<string, string>, file: Buffer): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `${parts.join('')}--XX\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), file, Buffer.from('\r\n--XX--\r\n')]);
}

async function* chunksOf(body: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % body.length))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, body.length]) {
    if (to > from) yield body.subarray(from, to);
    from = to;
  }
}

async function read(body: AsyncIterable<Buffer>, type = TYPE) {
  const form = await readUploadForm(body[Symbol.asyncIterator](), type);
  const pieces: Buffer[] = [];
  for await (const piece of form.file) pieces.push(piece);
  return { fields: { ...form.fields }, file: Buffer.concat(pieces) };
}

/** Bytes that are likely to look like parts of a boundary. */
const bytes = fc
  .array(fc.constantFrom('\r', '\n', '-', '\r\n', '--', '\r\n--X', '\r\n--', 'X', 'XX--', '\0', 'a'), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join('').replaceAll('\r\n--XX', '')));

describe('an upload form', () => {
  test('is read alike however its bytes arrive, whatever the file is made of', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 30 }), async (file, cuts) => {
        fc.pre(!Buffer.concat([Buffer.from('\r\n'), file]).includes('\r\n--XX'));
        const fields = { policy: 'p', key: 'ü/x.jpg' };
        expect(await read(chunksOf(formOf(fields, file), cuts))).toEqual({ fields, file });
      }),
      { numRuns: 300 },
    );
  });

  test('is never taken for complete before its last boundary', async () => {
    const body = formOf({ key: 'k' }, Buffer.from('the bytes of an image'));
    const whole = body.length - '--\r\n'.length;
    for (let length = 0; length < whole; length++) {
      await expect(read(chunksOf(body.subarray(0, length), []))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });

  test('holds no more of the file than a chunk', async () => {
    let sent = 0;
    let received = 0;
    let most = 0;
    const body = formOf({ key: 'k' }, Buffer.alloc(0));
    const end = body.length - '\r\n--XX--\r\n'.length;
    async function* source() {
      yield body.subarray(0, end);
      for (let i = 0; i < 200; i++) {
        sent += 65_536;
        yield Buffer.alloc(65_536, i);
      }
      yield body.subarray(end);
    }
    for await (const piece of (await readUploadForm(source(), TYPE)).file) {
      received += piece.length;
      most = Math.max(most, sent - received);
    }
    expect(received).toBe(200 * 65_536);
    expect(most).toBeLessThan(2 * 65_536);
  });

  test.each([
    '',
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])('needs a boundary: %j has none', async (type) => {
    await expect(read(chunksOf(formOf({}, Buffer.from('x')), []), type)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});
