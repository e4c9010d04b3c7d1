/** Prints the schema to graphql/schema.graphql: `node graphql/print-schema.ts`. A test holds the file to the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './schema/index.ts';

export const SCHEMA_FILE = join(import.meta.dirname, 'schema.graphql');

export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, printedSchema());
