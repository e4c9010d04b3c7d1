/** Memory of another process, as the kernel counts it: decoders and networks allocate outside the JavaScript heap. */
import { readFile } from 'node:fs/promises';

/** Bytes; null where the process is gone, or the system has no /proc. */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
