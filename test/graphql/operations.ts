/** Batches that are scored, and what is done with runs of them. */
import type { ManifestEntry } from '../../domain/records.ts';
import { fill, type Stack } from './stack.ts';

export const REFUSED = '... on OperationError { code message }';

export async function scoredBatch(s: Stack, images: number, truth?: (i: number) => ManifestEntry, model = 'fake') {
  const made = await s.get('mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id batch } } } }');
  const { id, batch } = made.createBatch.batch;
  await fill(s, batch, images, truth);
  const data = await s.get(
    `mutation ($batch: ID!, $model: String!) { commitBatch(input: {batch: $batch, model: $model, errorThreshold: 1}) { ... on RunPayload { run { id run } } } }`,
    { batch: id, model },
  );
  await s.work();
  return { id, batch, run: data.commitBatch.run as { id: string; run: string } };
}

export async function mutate(s: Stack, field: string, input: object) {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await s.get(
    `mutation ($input: ${type}!) { ${field}(input: $input) { ... on RunPayload { run { id run status items model { name version } retryOf { id } } } ${REFUSED} } }`,
    { input },
  );
  return data[field];
}
