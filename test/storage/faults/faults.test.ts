import { expect, test } from 'vitest';
import { RequestCounter } from '../../../storage/counting.ts';
import { interceptQueues, interceptStores } from '../../../storage/intercept.ts';
import { embedded } from '../folders.ts';
import { atEveryCall, doubleMessages, Faults, Killed } from './faults.ts';

test('a fault before the effect leaves nothing; one after it leaves the effect', async () => {
  const storage = await embedded();
  const faults = new Faults().failAt(0, 'before').failAt(1, 'after');
  const { stores } = faults.wrap(storage);
  await expect(stores.results.put('a', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await storage.stores.results.head('a')).toBeNull();
  await expect(stores.results.put('b', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await storage.stores.results.head('b')).not.toBeNull();
});

test('after a kill no call of that process has an effect', async () => {
  const storage = await embedded();
  let kills = 0;
  const { stores, queues } = new Faults().killAt(1, 'after', () => kills++).wrap(storage);
  await stores.results.put('a', '1');
  await expect(queues.score.send('m')).rejects.toBeInstanceOf(Killed);
  await expect(stores.results.put('b', '1')).rejects.toBeInstanceOf(Killed);
  expect(await storage.stores.results.head('b')).toBeNull();
  expect((await storage.queues.score.counts()).visible).toBe(1);
  expect(kills).toBe(1);
});

test('a scenario is killed at each of its calls, before and after', async () => {
  const storage = await embedded();
  const deaths: string[] = [];
  const total = await atEveryCall(async (faults) => {
    const { stores } = faults.wrap(storage);
    try {
      await stores.results.put('x', '1');
      await stores.results.head('x');
    } catch (error) {
      deaths.push((error as Error).message);
    }
  });
  expect(total).toBe(2);
  expect(deaths).toHaveLength(4);
});

test('doubled messages arrive twice', async () => {
  const storage = await embedded();
  await interceptQueues(storage.queues, doubleMessages).score.send('m');
  expect((await storage.queues.score.counts()).visible).toBe(2);
});

test('requests are counted as S3 and SQS count them', async () => {
  const storage = await embedded();
  const counter = new RequestCounter();
  const stores = interceptStores(storage.stores, counter.interceptor);
  const { score } = interceptQueues(storage.queues, counter.interceptor);
  await stores.results.put('a', '1');
  await stores.results.get('a');
  await stores.uploads.list({ prefix: 'x/' });
  await score.sendAll(Array.from({ length: 21 }, () => ({ body: 'm' })));
  await score.deadLetters?.counts();
  expect(counter.table()).toEqual({
    'results.get': 1,
    'results.put': 1,
    'score-dead.counts': 1,
    'score.sendAll': 3,
    'uploads.list': 1,
  });
  expect(counter.total((call) => call.port === 'store')).toBe(3);
  expect(counter.total()).toBe(7);
  expect(counter.calls[0]).toMatchObject({ target: 'results', method: 'put', subject: 'a' });
});
