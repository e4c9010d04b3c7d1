/** One connection type for each kind of node, whichever field gives it. */
import type { ObjectRef } from '@pothos/core';
import { builder } from './builder.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

export function connectionTypes<T>(type: ObjectRef<Types, T>, name: string) {
  const edge = builder.edgeObject({ type, name: `${name}Edge`, description: `A ${name} in a list.` });
  const connection = builder.connectionObject(
    { type, name: `${name}Connection`, description: `A page of a list of ${name}.` },
    edge,
  );
  return [connection, edge] as const;
}
