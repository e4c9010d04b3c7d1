/**
 * multipart/form-data as S3's POST takes it: fields first, `file` last. Nothing but a field or a chunk is held in
 * memory, whatever is sent. RFC 7578, RFC 2046 section 5.1.
 */
import { FiducialError } from '../../domain/errors.ts';

const MOST_FIELDS = 20;
const MOST_FIELD_BYTES = 16_384;
const MOST_HEADER_BYTES = 8_192;
const MOST_PREAMBLE_BYTES = 1_024;
const CRLF = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\r\n\r\n');

export interface UploadForm {
  readonly fields: Readonly<Record<string, string>>;
  /** To be read once. Ends at the boundary; throws INVALID_INPUT where the body ends before it. */
  readonly file: AsyncGenerator<Buffer>;
}

/** INVALID_INPUT on anything that is not such a form, or a field that is too long. */
export async function readUploadForm(
  body: AsyncIterator<Buffer>,
  contentType: string | undefined,
): Promise<UploadForm> {
  const source = new Source(body);
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`);
  await source.readUntil(delimiter, MOST_PREAMBLE_BYTES);
  // No prototype: a field may be called `__proto__`.
  const fields: Record<string, string> = Object.create(null);
  for (let count = 0; count <= MOST_FIELDS; count++) {
    const name = await nextPart(source);
    if (name === null) throw malformed('a field `file`, and that one last');
    if (name === 'file') return { fields, file: source.streamUntil(delimiter) };
    fields[name] = (await source.readUntil(delimiter, MOST_FIELD_BYTES)).toString('utf8');
  }
  throw malformed(`at most ${MOST_FIELDS} fields before \`file\``);
}

function boundaryOf(contentType: string | undefined): string {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? '',
  );
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary) throw malformed('multipart/form-data with a boundary');
  return boundary;
}

/** The name of the part that begins here, its headers read; null at the end of the form. */
async function nextPart(source: Source): Promise<string | null> {
  const mark = await source.take(2);
  if (mark.toString('latin1') === '--') return null;
  if (!mark.equals(CRLF)) throw malformed('a line break after a boundary');
  const headers = (await source.readUntil(BLANK_LINE, MOST_HEADER_BYTES)).toString('utf8');
  const name = /^content-disposition:\s*form-data\s*;(?:.*;)?\s*name="([^"\r\n]{1,100})"/im.exec(headers)?.[1];
  if (name === undefined) throw malformed('parts with `Content-Disposition: form-data; name="..."`');
  return name;
}

function malformed(expected: string): FiducialError {
  return new FiducialError('INVALID_INPUT', `Expected ${expected} in the upload`);
}

class Source {
  readonly #chunks: AsyncIterator<Buffer>;
  /** A line break in front, so that the first boundary looks like every other. */
  #held: Buffer = CRLF;

  constructor(body: AsyncIterator<Buffer>) {
    this.#chunks = body;
  }

  async take(bytes: number): Promise<Buffer> {
    while (this.#held.length < bytes) await this.#pull();
    return this.#cut(bytes);
  }

  /** What comes before the mark, which is passed over. */
  async readUntil(mark: Buffer, limit: number): Promise<Buffer> {
    let from = 0;
    for (;;) {
      const at = this.#held.indexOf(mark, from);
      if (at > limit || (at === -1 && this.#held.length > limit + mark.length))
        throw malformed(`at most ${limit} bytes here`);
      if (at !== -1) {
        const before = this.#cut(at);
        this.#cut(mark.length);
        return before;
      }
      from = Math.max(0, this.#held.length - mark.length + 1);
      await this.#pull();
    }
  }

  async *streamUntil(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at !== -1) {
        if (at > 0) yield this.#cut(at);
        this.#cut(mark.length);
        return;
      }
      // The mark may have begun in what is held.
      const sure = this.#held.length - mark.length + 1;
      if (sure > 0) yield this.#cut(sure);
      await this.#pull();
    }
  }

  #cut(bytes: number): Buffer {
    const piece = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return piece;
  }

  async #pull(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) throw malformed('a closing boundary');
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
  }
}
