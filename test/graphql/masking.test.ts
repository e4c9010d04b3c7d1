import { expect, test } from 'vitest';
import { localToken } from '../../graphql/auth/localToken.ts';
import { createApi } from '../../graphql/server.ts';
import { silent } from './silent.ts';
import { ask, stack, TOKEN } from './stack.ts';

test('a defect is masked: the client gets a reference, the log the rest', async () => {
  const api = await stack();
  const broken = new Proxy(api.stores, {
    get: (stores, name) =>
      name === 'results'
        ? { list: () => Promise.reject(new Error('secret: /srv/db at Ledger.read')) }
        : Reflect.get(stores, name),
  });
  const logged: Record<string, unknown>[] = [];
  const note = (fields: object) => void logged.push(fields as Record<string, unknown>);
  const failing = createApi({
    stores: broken,
    queues: api.queues,
    models: { find: () => Promise.reject(new Error('none')), names: async () => [] },
    authenticators: [localToken(TOKEN)],
    log: { info: note, warn: note, error: note },
  });
  const { errors, data } = await ask(failing, '{ runs { edges { cursor } } }');
  expect(data).toBeNull();
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL', retryable: false });
  silent(errors);
  const { reference } = errors![0]!.extensions;
  expect(errors?.[0]?.message).toContain(reference);
  expect(logged.find((one) => one.reference === reference)?.err).toMatchObject({
    message: expect.stringContaining('secret'),
  });
});
