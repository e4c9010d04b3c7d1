/**
 * Images on their way to the child: a pipe of their own, since serialising them for the IPC channel costs copies and
 * garbage. A frame: uint32 length of the header, uint32 length of the body (both little-endian), the header as JSON,
 * the body as it is.
 */
const LENGTHS = 8;

/** To be followed by the body's bytes. */
export function frameHead(header: unknown, bodyBytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.allocUnsafe(LENGTHS + json.length);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(bodyBytes, 4);
  json.copy(head, LENGTHS);
  return head;
}

/** Puts frames together from chunks, however they are cut. Chunks are copied: their memory may be used again. */
export class FrameReader {
  readonly #onFrame: (header: unknown, body: Buffer) => void;
  readonly #lengths = Buffer.alloc(LENGTHS);
  #header: Buffer | null = null;
  #body: Buffer | null = null;
  /** Bytes of the current part that are there. */
  #filled = 0;

  constructor(onFrame: (header: unknown, body: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const part = this.#part();
      const copied = chunk.copy(part, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === part.length) this.#complete();
    }
  }

  #part(): Buffer {
    if (!this.#header) return this.#lengths;
    return this.#body ?? this.#header;
  }

  #complete(): void {
    this.#filled = 0;
    if (!this.#header) {
      this.#header = Buffer.allocUnsafe(this.#lengths.readUInt32LE(0));
      return;
    }
    if (!this.#body) {
      this.#body = Buffer.allocUnsafe(this.#lengths.readUInt32LE(4));
      if (this.#body.length > 0) return;
    }
    const [header, body] = [this.#header, this.#body];
    this.#header = null;
    this.#body = null;
    this.#onFrame(JSON.parse(header.toString('utf8')), body);
  }
}
