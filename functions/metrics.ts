/**
 * Metrics as lines of the log, in CloudWatch's embedded metric format: no request, no permission.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { parseSummaryKey } from '../domain/keys.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { overriding } from './overriding.ts';

const NAMESPACE = 'Fiducial';

/** Names, as cdk/sizes.ts knows them. */
export const METRICS = { running: 'Running', images: 'Images', imagesFailed: 'ImagesFailed' } as const;

export type Emit = (dimensions: Readonly<Record<string, string>>, counts: Readonly<Record<string, number>>) => void;

export function embeddedMetrics(write: (line: string) => void, now: () => Date): Emit {
  return (dimensions, counts) => {
    const metrics = Object.keys(counts).map((Name) => ({ Name, Unit: 'Count' }));
    const directive = { Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics };
    const _aws = { Timestamp: now().getTime(), CloudWatchMetrics: [directive] };
    write(`${JSON.stringify({ _aws, ...dimensions, ...counts })}\n`);
  };
}

/**
 * Counts images as shards are settled. A summary is written once, by whoever settled its shard, and its key holds the
 * counts: so each image counts once, however often its message was delivered.
 */
export function countingImages(results: ObjectStore, stage: string, emit: Emit): ObjectStore {
  return overriding(results, {
    async put(key, body, options) {
      const info = await results.put(key, body, options);
      const summary = parseSummaryKey(key);
      if (summary) {
        const { scored, failed } = summary;
        emit({ stage }, { [METRICS.images]: scored + failed, [METRICS.imagesFailed]: failed });
      }
      return info;
    },
  });
}

/** Says once a minute that this worker runs. The scaling rules sum it. Gives what ends it. */
export function sayRunning(stage: string, worker: string, emit: Emit, everyMs = 60_000): () => void {
  const say = () => emit({ stage, worker }, { [METRICS.running]: 1 });
  say();
  const timer = setInterval(say, everyMs);
  return () => clearInterval(timer);
}
