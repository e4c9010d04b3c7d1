import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  findBreakingChanges,
  type GraphQLArgument,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { printedSchema, SCHEMA_FILE } from '../../graphql/print-schema.ts';
import { schema } from '../../graphql/schema/index.ts';

const own = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !(isScalarType(type) && isSpecifiedScalarType(type)),
);

describe('the schema', () => {
  test('is the one committed as schema.graphql; `node graphql/print-schema.ts` prints it', () => {
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(printedSchema());
  });

  test('describes every type', () => {
    const silent = own.filter(({ description }) => !description).map(({ name }) => name);
    expect(silent).toEqual([]);
  });

  test('describes every field and argument', () => {
    const silent = own.flatMap((type) => {
      if (!('getFields' in type)) return [];
      return Object.values(type.getFields()).flatMap((field) => [
        ...(field.description ? [] : [`${type.name}.${field.name}`]),
        ...('args' in field ? (field.args as GraphQLArgument[]) : [])
          .filter(({ description }) => !description)
          .map((arg) => `${type.name}.${field.name}(${arg.name})`),
      ]);
    });
    expect(silent).toEqual([]);
  });

  test('gives every field a scope', () => {
    const open = own
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => !['read', 'write', 'admin'].includes(String(field.extensions.scope)));
    expect(open.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
  });
});

describe('callers of the last release', () => {
  const root = join(import.meta.dirname, '../..');
  const released = readFileSync(join(root, 'graphql/schema.released.graphql'), 'utf8');
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');

  /** Changes that break them and that the changelog does not tell. */
  function untold(before: string, after = printedSchema()): string[] {
    const changes = findBreakingChanges(buildSchema(before), buildSchema(after));
    return changes.map(({ description }) => description).filter((description) => !changelog.includes(description));
  }

  test('are not broken, unless CHANGELOG.md says so in these words', () => {
    expect(untold(released)).toEqual([]);
  });

  test('would be by a field that is gone, or an argument that is needed now', () => {
    expect(untold(printedSchema(), printedSchema().replace(/^ {2}maePx: Float$/m, '  maeInPixels: Float'))).toEqual([
      expect.stringContaining('maePx was removed'),
    ]);
    expect(untold(printedSchema(), printedSchema().replace('viewer: Viewer!', 'viewer(of: ID!): Viewer!'))).toEqual([
      expect.stringContaining('of on Query.viewer was added'),
    ]);
  });
});
