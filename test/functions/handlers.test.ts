import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { createDeadLetters } from '../../functions/deadLetters.ts';
import { createPlanner } from '../../functions/plan.ts';
import { handleMessages } from '../../functions/sqsHandler.ts';
import { sweepAll } from '../../functions/sweep.ts';
import { type EcsCommands, wake } from '../../functions/wake.ts';
import { wakingQueues } from '../../functions/wakers.ts';
import { SILENT } from '../../scoring/ports.ts';
import { RunRecords } from '../../scoring/runRecords.ts';
import { commit, PROJECT, partsOf, upload } from '../scoring/world.ts';
import { embedded } from '../storage/folders.ts';

const context = { getRemainingTimeInMillis: () => 300_000 };
const config = {
  cluster: 'faces',
  scorer: { service: 'scorer', max: 4 },
  trainer: { service: 'trainer', max: 1 },
  imagesPerScorer: 20,
};

/** An ECS with two services, which keeps their desired counts. */
function fakeEcs(desired: Record<string, number> = {}) {
  const counts: Record<string, number> = { scorer: 0, trainer: 0, ...desired };
  const updates: string[] = [];
  const ecs = {
    async send(command: unknown) {
      if (command instanceof DescribeServicesCommand) {
        const [service] = command.input.services!;
        return { services: service! in counts ? [{ desiredCount: counts[service!] }] : [] };
      }
      if (!(command instanceof UpdateServiceCommand)) throw new Error('Expected a command that a role may send');
      const { service, desiredCount } = command.input;
      counts[service!] = desiredCount!;
      updates.push(`${service} ${desiredCount}`);
      return {};
    },
  } as unknown as EcsCommands;
  return { ecs, counts, updates };
}

/** As Lambda delivers messages of SQS. */
function event(...messages: { body: string; receives?: number }[]) {
  return {
    Records: messages.map(({ body, receives = 1 }, i) => ({
      messageId: `m${i}`,
      body,
      receiptHandle: `r${i}`,
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:1:fiducial-dev-storage-Queue-x',
      attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: '1', MessageGroupId: 'default' },
    })),
  };
}

describe('a Lambda on a queue', () => {
  it('gives back the messages that failed and those that wait, and no others', async () => {
    const response = await handleMessages(
      event({ body: 'good' }, { body: 'bad' }, { body: 'later' }),
      async ({ body }) => {
        if (body === 'bad') throw new Error('bad');
        return body === 'later' ? 'again' : 'done';
      },
      SILENT,
    );
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
  });

  it('fails as a whole on what is no event of SQS, so that nothing is lost', async () => {
    await expect(handleMessages({ Records: [{}] }, async () => 'done', SILENT)).rejects.toThrow();
  });
});

describe('waking workers', () => {
  it('raises the count to what is wanted, at most to the limit, and never lowers it', async () => {
    const { ecs, counts, updates } = fakeEcs();
    const target = { cluster: 'faces', service: 'scorer', max: 4 };
    expect(await wake(ecs, target, 0.1, SILENT)).toBe(1);
    expect(await wake(ecs, target, 2.2, SILENT)).toBe(3);
    expect(await wake(ecs, target, 1, SILENT)).toBe(3);
    expect(await wake(ecs, target, 99, SILENT)).toBe(4);
    expect(counts.scorer).toBe(4);
    expect(updates).toEqual(['scorer 1', 'scorer 3', 'scorer 4']);
  });

  it('names the service that is not there', async () => {
    const { ecs } = fakeEcs();
    const target = { cluster: 'faces', service: 'painter', max: 1 };
    await expect(wake(ecs, target, 1, SILENT)).rejects.toThrow(
      'Expected a service painter in the cluster faces, got none',
    );
  });

  it('does not fail who sends: the messages are there', async () => {
    const { queues, stores } = await embedded();
    const broken = { send: () => Promise.reject(new Error('no ECS')) } as unknown as EcsCommands;
    const waking = wakingQueues(queues, { ecs: broken, config, runs: new RunRecords(stores.results), log: SILENT });
    await waking.train.send('{}');
    expect((await queues.train.counts()).visible).toBe(1);
  });
});

describe('the planner’s Lambda', () => {
  it('plans the commit of an S3 event, and wakes as many scorers as its images are worth', async () => {
    const storage = await embedded();
    await upload(storage.stores.uploads, 50);
    const { event: body } = await commit(storage.stores.uploads, 'c1');
    const { ecs, counts } = fakeEcs();
    const runs = new RunRecords(storage.stores.results);
    const queues = wakingQueues(storage.queues, { ecs, config, runs, log: SILENT });
    const planner = createPlanner(partsOf({ stores: storage.stores, queues }));
    expect(await planner(event({ body }), context)).toEqual({ batchItemFailures: [] });
    const { visible } = await storage.queues.score.counts();
    expect(visible).toBe(4); // 50 images in shards of 16
    expect(counts.scorer).toBe(4); // 4 shards of up to 16 images, 20 a scorer
  });

  it('does nothing with the test event that S3 sends first', async () => {
    const planner = createPlanner(partsOf(await embedded()));
    const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' });
    expect(await planner(event({ body }), context)).toEqual({ batchItemFailures: [] });
  });
});

describe('the dead letters’ Lambda', () => {
  it('leaves a shard for one lease, then settles it as failed, so that the run completes', async () => {
    const storage = await embedded();
    await upload(storage.stores.uploads, 3);
    const { event: announced, run } = await commit(storage.stores.uploads, 'c1');
    const parts = partsOf(storage);
    await createPlanner(parts)(event({ body: announced }), context);
    const body = JSON.stringify({ kind: 'score', project: PROJECT, run, shard: '000000' });
    const deadLetters = createDeadLetters(parts);
    expect((await deadLetters(event({ body, receives: 1 }))).batchItemFailures).toHaveLength(1);
    expect((await deadLetters(event({ body, receives: 2 }))).batchItemFailures).toHaveLength(0);
    const done = await storage.stores.results.get(`${PROJECT}/runs/${run}/done.json`);
    expect(JSON.parse(done.body.toString())).toMatchObject({ scored: 0, failed: 3, errors: { ABANDONED: 3 } });
  });

  it('rejects a commit that can not be planned, and takes away what nobody of ours sent', async () => {
    const storage = await embedded();
    await upload(storage.stores.uploads, 3);
    const { event: announced, run } = await commit(storage.stores.uploads, 'c1');
    const deadLetters = createDeadLetters(partsOf(storage));
    const response = await deadLetters(event({ body: announced, receives: 2 }, { body: 'nonsense', receives: 2 }));
    expect(response.batchItemFailures).toEqual([]);
    expect(await storage.stores.results.head(`${PROJECT}/runs/${run}/rejected.json`)).not.toBeNull();
  });
});

describe('the sweep’s Lambda', () => {
  async function swept(
    desired: Record<string, number>,
    prepare: (storage: Awaited<ReturnType<typeof embedded>>) => Promise<unknown>,
  ) {
    const storage = await embedded();
    await prepare(storage);
    const { ecs, counts } = fakeEcs(desired);
    await sweepAll({ ...storage, log: SILENT, now: () => new Date(), ecs, config });
    return counts;
  }

  it('wakes a worker where messages wait and nobody is there', async () => {
    expect(await swept({}, ({ queues }) => queues.score.send('{}'))).toEqual({ scorer: 1, trainer: 0 });
  });

  it('puts workers to sleep whose queue is empty, in case that no rule did', async () => {
    expect(await swept({ scorer: 3, trainer: 1 }, async () => {})).toEqual({ scorer: 0, trainer: 0 });
  });

  it('leaves those alone who have a message', async () => {
    const hold = async ({ queues }: Awaited<ReturnType<typeof embedded>>) => {
      await queues.train.send('{}');
      await queues.train.receive({ max: 1, waitSeconds: 0, leaseSeconds: 60 });
    };
    expect(await swept({ trainer: 1 }, hold)).toEqual({ scorer: 0, trainer: 1 });
  });
});
