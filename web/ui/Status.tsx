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

export function Status({ status }: { readonly status: string }) {
  return (
    <span class={`status ${status.toLowerCase()}`}>
      <span aria-hidden="true">{MARKS[status] ?? '○'}</span> {status.toLowerCase()}
    </span>
  );
}
