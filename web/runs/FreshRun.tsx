import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type RunLine, RunLineById } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';

type Listed = Pick<RunLine, 'id' | 'status'>;

export interface FreshRunProps<Run extends Listed> {
  /** As the list has it. */
  readonly run: Run;
  readonly children: (run: Run | RunLine) => JSX.Element;
}

const UNDER_WAY: ReadonlySet<string> = new Set(['PLANNING', 'RUNNING']);
const POLL_MS = 4000;

export function isUnderWay({ status }: Pick<RunLine, 'status'>): boolean {
  return UNDER_WAY.has(status);
}

/** A run of a list, read again by itself until it has ended. */
export function FreshRun<Run extends Listed>({ run, children }: FreshRunProps<Run>) {
  return isUnderWay(run) ? <Followed run={run}>{children}</Followed> : children(run);
}

function Followed<Run extends Listed>({ run, children }: FreshRunProps<Run>) {
  const [ended, setEnded] = useState(false);
  const { data } = useQuery(RunLineById, { id: run.id }, { everyMs: ended ? null : POLL_MS });
  const now: Run | RunLine = data?.run ?? run;
  useEffect(() => setEnded(!isUnderWay(now)), [now.status]);
  return children(now);
}
