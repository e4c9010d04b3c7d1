/** A status in words; the mark before it differs by shape too, not by colour alone. */
const MARKS: Readonly<Record<string, string>> = {
  PLANNING: '◌',
  QUEUED: '◌',
  RUNNING: '◐',
  DONE: '●',
  FINISHED: '●',
  FAILED: '▲',
  REJECTED: '✕',
  CANCELLED: '■',
};

export interface StatusProps {
  readonly status: string;
  /** What is done at the moment, where the status does not say it. */
  readonly doing?: string | null;
}

export function Status({ status, doing = null }: StatusProps) {
  return (
    <span class={`status ${status.toLowerCase()}`}>
      <span aria-hidden="true">{MARKS[status] ?? '○'}</span> {status.toLowerCase()}
      {doing !== null && `, ${doing}`}
    </span>
  );
}
