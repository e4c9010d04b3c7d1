import { readFileSync } from 'node:fs';
import { type GraphQLArgument, isIntrospectionType, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
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
