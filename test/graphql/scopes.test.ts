import {
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Scope } from '../../graphql/auth/caller.ts';
import { schema } from '../../graphql/schema/index.ts';
import { byName } from './callers.ts';
import { ask, stack } from './stack.ts';

/** Of a place that takes an id, below an argument: the names of its input fields. */
type Place = readonly string[];

/** A literal that fits the type, optional fields left out but for the one at `place`, which is `chosen`. */
function literal(type: GraphQLInputType, place: Place | null = null, chosen = ''): string {
  if (isNonNullType(type)) return literal(type.ofType, place, chosen);
  if (isListType(type)) return `[${literal(type.ofType, place, chosen)}]`;
  if (isEnumType(type)) return (type as GraphQLEnumType).getValues()[0]!.name;
  if (isInputObjectType(type)) return `{${fieldsOf(Object.values(type.getFields()), place, chosen)}}`;
  if (place?.length === 0) return chosen;
  return (
    { Int: '1', Float: '1', Boolean: 'true', JSON: '{}', ID: '"Run:default:r1"' }[getNamedType(type).name] ?? '"text"'
  );
}

function fieldsOf(
  fields: readonly { readonly name: string; readonly type: GraphQLInputType }[],
  place: Place | null,
  chosen: string,
): string {
  return fields
    .filter(({ name, type }) => isNonNullType(type) || place?.[0] === name)
    .map(({ name, type }) => `${name}: ${literal(type, place?.[0] === name ? place.slice(1) : null, chosen)}`)
    .join(', ');
}

/** Every place in these arguments that takes an id, needed or not, however deep. */
function idPlaces(fields: readonly { readonly name: string; readonly type: GraphQLInputType }[]): Place[] {
  return fields.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (isInputObjectType(named)) return idPlaces(Object.values(named.getFields())).map((place) => [name, ...place]);
    return named.name === 'ID' ? [[name]] : [];
  });
}

/** Every field of Query, Mutation and Subscription, with the scope that it names. */
const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].flatMap(
  (type: GraphQLObjectType) =>
    Object.values(type.getFields()).map((field) => {
      const callWith = (place: Place | null, chosen = '') => {
        const args = fieldsOf(field.args, place, chosen);
        return `${type.name.toLowerCase()} { ${field.name}${args ? `(${args})` : ''} { __typename } }`;
      };
      const name = `${type.name}.${field.name}`;
      const scope = field.extensions.scope as Scope;
      return { name, scope, call: callWith(null), callWith, ids: idPlaces(field.args) };
    }),
);

describe('scopes', () => {
  test('every entrance names one', () => {
    expect(roots.length).toBeGreaterThan(30);
    expect(roots.filter(({ scope }) => !['read', 'write', 'admin'].includes(scope))).toEqual([]);
    expect(roots.filter(({ name, scope }) => name.startsWith('Mutation.') && scope === 'read')).toEqual([]);
    expect(roots.filter(({ name, scope }) => /delete|ApiToken/i.test(name) && scope !== 'admin')).toEqual([]);
  });

  test('no entrance is open to a caller who lacks its scope', async () => {
    const { api } = await stack({ authenticators: [byName] });
    const below = { read: 'none', write: 'read', admin: 'read+write' };
    for (const { name, scope, call } of roots) {
      const { data, errors } = await ask(api, call, {}, below[scope]);
      expect.soft(errors?.[0]?.extensions, name).toMatchObject({ code: 'FORBIDDEN' });
      expect
        .soft(
          Object.values(data ?? {}).filter((value) => value !== null),
          name,
        )
        .toEqual([]);
    }
  });

  test('every entrance lets a caller with its scope at least as far as its arguments', async () => {
    const { api } = await stack({ authenticators: [byName] });
    for (const { name, scope, call } of roots.filter((root) => !root.name.startsWith('Subscription'))) {
      const { errors } = await ask(api, call, {}, scope);
      expect.soft(errors?.[0]?.extensions?.code, name).not.toBe('FORBIDDEN');
    }
  });
});

describe('projects', () => {
  test('an id of another project is refused in every argument and input field that takes one', async () => {
    const { api } = await stack({ authenticators: [byName] });
    const types = ['Batch', 'Run', 'Prediction', 'Model', 'ModelVersion', 'TrainingRun', 'Sweep', 'ApiToken'];
    const places = roots.flatMap(({ name, callWith, ids }) =>
      ids.map((place) => ({ name: `${name}(${place.join('.')})`, callWith, place })),
    );
    expect(places.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Query.runs(batch)', 'Query.runs(model)', 'Mutation.rerun(input.run)']),
    );
    for (const { name, callWith, place } of places) {
      const codes = new Set<string | undefined>();
      for (const type of types) {
        const rest = { Prediction: 'r:000000:0', ModelVersion: 'm:v1' }[type] ?? 'x';
        const call = callWith(place, JSON.stringify(`${type}:default:${rest}`));
        const { data, errors } = await ask(api, call, {}, 'admin@elsewhere');
        codes.add(errors?.[0]?.extensions?.code ?? data?.[Object.keys(data)[0]!]?.__typename);
      }
      expect.soft(codes, name).toContain('FORBIDDEN');
      expect
        .soft(
          [...codes].filter((code) => code !== 'FORBIDDEN' && code !== 'INVALID_INPUT' && code !== 'OperationError'),
          name,
        )
        .toEqual([]);
    }
  });

  test('only entrances take ids, so that the walk above sees them all', () => {
    const entrances = new Set(['Query', 'Mutation', 'Subscription']);
    const others = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !entrances.has(type.name)
        ? Object.values(type.getFields()).flatMap(({ name, args }) => idPlaces(args).map(() => `${type.name}.${name}`))
        : [],
    );
    expect(others).toEqual([]);
  });

  test('a project by name is refused as well, whether or not it exists', async () => {
    const { api } = await stack({ authenticators: [byName] });
    for (const field of ['runs', 'batches', 'models', 'trainings', 'sweeps', 'apiTokens']) {
      for (const project of ['default', 'nowhere', 'shared', 'commits', '../elsewhere', 'elsewhere/', '']) {
        const { errors } = await ask(
          api,
          `{ ${field}(project: ${JSON.stringify(project)}) { edges { cursor } } }`,
          {},
          'admin@elsewhere',
        );
        expect.soft(errors?.[0]?.extensions?.code, `${field} ${project}`).toBe('FORBIDDEN');
      }
    }
  });

  test('models of another project can be neither seen, nor committed with, nor promoted', async () => {
    const { api } = await stack({ authenticators: [byName] });
    const query = async (text: string) => ask(api, text, {}, 'admin@default');
    const { data } = await query('{ models { edges { node { owner name } } } model(reference: "theirs") { id } }');
    expect(data.models.edges.map(({ node }: { node: { name: string } }) => node.name)).toEqual([
      'fake',
      'other',
      'own',
    ]);
    expect(data.model).toBeNull();
    const created = await query('mutation { createBatch(input: {}) { ... on CreateBatchPayload { batch { id } } } }');
    const batch = created.data.createBatch.batch.id;
    const commit = await query(
      `mutation { commitBatch(input: {batch: "${batch}", model: "theirs"}) { ... on OperationError { code } } }`,
    );
    expect(commit.data.commitBatch).toEqual({ code: 'UNKNOWN_MODEL' });
    const promote = await query(
      'mutation { promoteModel(input: {version: "ModelVersion:elsewhere:theirs:v1"}) { __typename } }',
    );
    expect(promote.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const shared = await query(
      'mutation { promoteModel(input: {version: "ModelVersion:shared:fake:v1"}) { __typename } }',
    );
    expect(shared.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect((await query('{ node(id: "Model:shared:fake") { id } }')).data.node.id).toBe('Model:shared:fake');
  });
});
