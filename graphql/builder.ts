/** The schema builder: every entity's file adds its types, queries and mutations to it. */
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import { FiducialError } from '../domain/errors.ts';
import type { Point } from '../domain/geometry.ts';
import { OperationFailure } from './errors.ts';
import { splitNodeId } from './ids.ts';
import type { ApiContext } from './ports.ts';
import { SCOPES_PLUGIN } from './scopePlugin.ts';

/** Fields of a page are multiplied by its length, so that nested pages can't ask for millions of objects. */
const MOST_FIELDS = 60_000;

export const builder = new SchemaBuilder<{
  Context: ApiContext;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: string; Output: string };
    Point: { Input: Point; Output: Point };
    JSON: { Input: unknown; Output: unknown };
    ID: { Input: string; Output: string };
  };
}>({
  // The first is the outermost: what scopes refuse is an error of the request, what resolvers throw may be a value.
  plugins: [ErrorsPlugin, SCOPES_PLUGIN, RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    brandLoadedObjects: true,
    encodeGlobalID: (typename, id) => `${typename}:${id}`,
    decodeGlobalID: (id) => splitNodeId(id),
    nodeTypeOptions: { description: 'Anything with an id of its own, `Type:project:...`.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    nodeQueryOptions: {
      scope: 'read',
      nullable: true,
      description: 'Anything by its id; null where there is none.',
      args: { id: { description: '`Type:project:...`' } },
    },
    idFieldOptions: { description: '`Type:project:...`' },
    nodesQueryOptions: false,
    cursorFieldOptions: { description: 'Goes on after this one, given as `after`.' },
    nodeFieldOptions: { description: 'The thing itself.' },
    // The connection itself is multiplied by the length of its page.
    edgesFieldOptions: { description: 'In order.', complexity: { field: 1, multiplier: 1 } },
    pageInfoFieldOptions: { description: 'Where the page stands in its list.' },
    hasNextPageFieldOptions: { description: 'Whether to go on from endCursor.' },
    hasPreviousPageFieldOptions: { description: 'Whether the page was asked for with `after`.' },
    startCursorFieldOptions: { description: 'Of the first edge.' },
    endCursorFieldOptions: { description: 'Where to go on; may be set on a page without edges.' },
    firstArgOptions: { description: 'So many, 1 to 200; 20 by default.' },
    afterArgOptions: { description: 'A cursor of this list: go on after it.' },
    lastArgOptions: { description: 'Not served: lists are read forwards.' },
    beforeArgOptions: { description: 'Not served: lists are read forwards.' },
  },
  errors: {
    defaultTypes: [OperationFailure],
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${fieldName[0]!.toUpperCase()}${fieldName.slice(1)}Result`,
      description: 'What was done, or why it was not.',
    },
  },
  complexity: {
    limit: { complexity: MOST_FIELDS },
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    complexityError: (_, { complexity }) =>
      new FiducialError(
        'LIMIT_EXCEEDED',
        `Expected a query of at most ${MOST_FIELDS} fields, pages multiplied by their length, got ${complexity}; ask for shorter pages`,
      ),
  },
});

builder.queryType({ description: 'Reading. Lists are newest first unless they say otherwise.' });
builder.mutationType({ description: 'Changing. What a caller can act on is answered as `OperationError`.' });
builder.subscriptionType({ description: 'Watching, over server-sent events.' });

builder.scalarType('DateTime', {
  description: 'A time as ISO 8601 text, in UTC.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
    throw new FiducialError('INVALID_INPUT', `Expected a time as ISO 8601, got ${JSON.stringify(value)}`);
  },
});
builder.scalarType('Point', { description: '[x, y], two numbers.', serialize: (value) => value });
builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
});

builder.objectType(OperationFailure, {
  name: 'OperationError',
  description: 'Why an operation was not done, where the caller can act on it.',
  fields: (t) => ({
    code: t.string({
      description: 'Stable: INVALID_INPUT, NOT_FOUND, UNKNOWN_MODEL, PRECONDITION_FAILED, ...',
      resolve: ({ failure }) => failure.code,
    }),
    message: t.string({ description: 'What was expected, what was got, what to do.', resolve: (one) => one.message }),
    retryable: t.boolean({
      description: 'Whether the same call can succeed later.',
      resolve: ({ failure }) => failure.retryable,
    }),
  }),
});
