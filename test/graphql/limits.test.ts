/** What the client and the dashboard ask fits within the limits of production. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefinitionNode, Kind, type OperationDefinitionNode, parse, print, type TypeNode, visit } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { nesting } from '../../graphql/plugins/limits.ts';
import { memoryStorage } from '../scoring/memory.ts';
import { type Stack, stack } from './stack.ts';

const root = join(import.meta.dirname, '../..');

function operationsOf(folder: string): { name: string; node: OperationDefinitionNode; query: string }[] {
  const files = globSync(`${folder}/operations/*.graphql`, { cwd: root });
  const definitions: DefinitionNode[] = files.flatMap((file) => [
    ...parse(readFileSync(join(root, file), 'utf8')).definitions,
  ]);
  const fragments = new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  );
  const used = (node: DefinitionNode, into = new Set<DefinitionNode>()): Set<DefinitionNode> => {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value)!;
        if (into.has(fragment)) return;
        into.add(fragment);
        used(fragment, into);
      },
    });
    return into;
  };
  return definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION
      ? [{ name: node.name!.value, node, query: [node, ...used(node)].map(print).join('\n') }]
      : [],
  );
}

/** Long pages of things that are not there. */
function sampleOf(type: TypeNode): unknown {
  if (type.kind === Kind.NON_NULL_TYPE) return sampleOf(type.type);
  if (type.kind === Kind.LIST_TYPE) return [sampleOf(type.type), sampleOf(type.type)];
  const known: Record<string, unknown> = {
    ID: 'Run:default:x',
    Int: 100,
    String: 'default',
    ErrorOrder: 'WORST_FIRST',
  };
  return known[type.name.value];
}

function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode): object {
  const needed = variableDefinitions.filter(
    ({ type, variable }) => type.kind === Kind.NON_NULL_TYPE || variable.name.value === 'first',
  );
  return Object.fromEntries(needed.map(({ variable, type }) => [variable.name.value, sampleOf(type)]));
}

let s: Stack;
beforeAll(async () => {
  s = await stack({ storage: memoryStorage(), production: true });
});

describe.each(['graphql/client', 'web/api'])('operations of %s', (folder) => {
  const operations = operationsOf(folder).filter(({ node }) => node.operation === 'query');

  test('are there', () => {
    expect(operations.length).toBeGreaterThan(5);
  });

  test.each(operations.map((one) => [one.name, one] as const))('%s', async (_, { node, query }) => {
    const { errors } = await s.ask(query, variablesOf(node));
    const codes = (errors ?? []).map(({ extensions, message }) => extensions?.code ?? message);
    // The ids name nothing, or are of another type: that is as far as the query has to get.
    expect(codes.filter((code) => code !== 'NOT_FOUND' && code !== 'INVALID_INPUT')).toEqual([]);
  });
});

test('brackets within strings and comments are no nesting', () => {
  expect(nesting('{ a(b: "[[[[[[", c: """[""") # {{{{{\n { d } }')).toBe(2);
  expect(nesting('{ a(b: "\\"[[[") }')).toBe(2);
  expect(nesting('[[[]]]')).toBe(3);
  expect(nesting('')).toBe(0);
});
