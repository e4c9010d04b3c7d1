/** Sends one file by a signed form, straight to storage. */
import type { Policy } from '../api/operations.generated.ts';

export interface Posting {
  readonly policy: Policy;
  readonly key: string;
  readonly file: Blob;
  readonly signal: AbortSignal;
  /** Bytes sent so far. */
  onSent(bytes: number): void;
}

/** `expired`: ask for another policy. `again`: a passing failure. Anything else will not get better. */
export class PostError extends Error {
  readonly kind: 'expired' | 'again' | 'refused';
  constructor(kind: PostError['kind'], message: string) {
    super(message);
    this.name = 'PostError';
    this.kind = kind;
  }
}

/** Resolves once storage has it. Throws PostError. XMLHttpRequest, since fetch tells no progress of what it sends. */
export function postFile({ policy, key, file, signal, onSent }: Posting): Promise<void> {
  const form = new FormData();
  for (const { name, value } of policy.fields) form.append(name, value);
  form.append('key', key);
  form.append('file', file);
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', policy.url);
    call.upload.onprogress = ({ loaded }) => onSent(Math.min(loaded, file.size));
    call.onload = () => (call.status < 300 ? resolve() : reject(failure(call.status, call.responseText)));
    call.onerror = () => reject(new PostError('again', 'Storage does not answer'));
    call.onabort = () => reject(new PostError('refused', 'Stopped'));
    signal.addEventListener('abort', () => call.abort(), { once: true });
    if (signal.aborted) return call.abort();
    call.send(form);
  });
}

function failure(status: number, body: string): PostError {
  const reason = reasonOf(body) ?? `Storage answered ${status}`;
  if (status === 403 || (status === 400 && /expired/i.test(body))) return new PostError('expired', reason);
  if (status === 408 || status === 429 || status >= 500) return new PostError('again', reason);
  return new PostError('refused', reason);
}

/** S3 answers in XML, the embedded store in JSON. */
function reasonOf(body: string): string | null {
  return /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? /"message"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? null;
}
