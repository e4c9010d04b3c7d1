import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateOperations } from '../../../scripts/generateOperations.ts';

const root = join(import.meta.dirname, '../../..');

test('the operations are those that the schema and the .graphql files give: node scripts/generateOperations.ts', () => {
  expect(readFileSync(join(root, 'web/api/operations.generated.ts'), 'utf8')).toBe(generateOperations());
});
