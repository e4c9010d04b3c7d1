/** Serves over this process's own channel to its parent, and ends with it. */
import { Socket } from 'node:net';
import { FrameReader } from './frames.ts';
import { type FromChild, IMAGES_FD, type ImageHeader, type ToChild } from './protocol.ts';
import { type OpenPredictor, serve } from './serve.ts';

export function serveProcess(open: OpenPredictor): void {
  // The parent is gone, or wants no more.
  process.on('disconnect', () => process.exit(0));
  // Signals of the terminal go to the whole group; whether to stop is the supervisor's decision.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  serve(
    {
      // What can not be sent has nobody to read it: the channel is closed.
      send: (message: FromChild) => void process.send?.(message, undefined, undefined, () => {}),
      onMessage: (listener) => process.on('message', (message) => listener(message as ToChild)),
      onImage: (listener) => readImages((header, bytes) => listener(header as ImageHeader, bytes)),
    },
    open,
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(70);
    },
  );
}

/** One buffer for all reads: what is in it is copied out before the next. */
const READ_BYTES = 1 << 20;

function readImages(onImage: (header: unknown, bytes: Buffer) => void): void {
  const frames = new FrameReader(onImage);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  new Socket({
    fd: IMAGES_FD,
    onread: {
      buffer,
      callback: (length) => {
        frames.push(buffer.subarray(0, length));
        return true;
      },
    },
  }).on('error', () => process.exit(0));
}
