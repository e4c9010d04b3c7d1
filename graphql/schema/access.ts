/** Who calls, and tokens for machines. */
import { FiducialError } from '../../domain/errors.ts';
import { decodeCursor, encodeCursor } from '../../scoring/read/cursor.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../auth/apiTokens.ts';
import { type Caller, hasScope, requireProject, requireScope, SCOPES } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';
import { globalId, openId } from '../ids.ts';
import { connectionOf, forwards, pageCost, pageOfIds } from '../pages.ts';
import type { ApiToken } from '../records.ts';

const ScopeEnum = builder.enumType('Scope', {
  description: 'What a caller may do; each includes those before it.',
  values: {
    READ: { value: 'read', description: 'Queries and subscriptions.' },
    WRITE: { value: 'write', description: 'Also what makes and changes.' },
    ADMIN: { value: 'admin', description: 'Also what deletes, and tokens.' },
  },
});

const ViewerRef = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who calls.',
  fields: (t) => ({
    id: t.string({ description: '`local`, `user:<subject>` or `token:<id>`.', resolve: ({ id }) => id }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What the caller may do.',
      resolve: (caller) => SCOPES.filter((scope) => hasScope(caller, scope)),
    }),
    projects: t.stringList({
      nullable: true,
      description: 'Projects the caller is in; null: all.',
      resolve: ({ projects }) => (projects === '*' ? null : [...projects].sort()),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the token ends; null: never.',
      resolve: ({ expiresAt }) => expiresAt?.toISOString() ?? null,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({ type: ViewerRef, scope: 'read', description: 'Who calls.', resolve: (_, __, { caller }) => caller }),
);

const ApiTokenRef = builder.objectRef<ApiToken>('ApiToken').implement({
  description: 'A token for machines. Only its hash is kept.',
  fields: (t) => ({
    id: t.id({
      description: '`ApiToken:project:token`',
      resolve: ({ project, token }) => globalId('ApiToken', project, token),
    }),
    project: t.exposeString('project', { description: 'The one project it is for.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    scopes: t.expose('scopes', { type: [ScopeEnum], description: 'What it may do.' }),
    createdBy: t.exposeString('createdBy', { description: 'Who.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was ended early.' }),
  }),
});

builder.queryField('apiTokens', (t) =>
  t.connection(
    {
      type: ApiTokenRef,
      scope: 'admin',
      complexity: pageCost,
      description: 'Tokens of a project, in no order that means anything. A LIST, and a GET a token.',
      args: { project: t.arg.string({ defaultValue: 'default', description: 'Project.' }) },
      resolve: async (_, { project: named, ...args }, context) => {
        const project = requireProject(context.caller, named ?? 'default');
        const { first, after } = forwards(args);
        const from = after === null ? null : decodeCursor('token', after, /^[0-9a-f]{12}$/)[0];
        const { records, hasNextPage } = await listApiTokens(context.parts.stores.results, project, first, from);
        const page = pageOfIds(records, ({ token }) => encodeCursor('token', token), hasNextPage);
        return connectionOf(page, after, (record) => record);
      },
    },
    ...connectionTypes(ApiTokenRef, 'ApiToken'),
  ),
);

const CreateApiTokenInput = builder.inputType('CreateApiTokenInput', {
  description: 'A token to be made.',
  fields: (t) => ({
    project: t.string({ defaultValue: 'default', description: 'The one project it is for.' }),
    name: t.string({ required: true, description: 'For people; up to 200 characters.' }),
    scopes: t.field({ type: [ScopeEnum], required: true, description: 'No more than the caller has.' }),
    days: t.int({ defaultValue: 90, description: 'It lasts; 1 to 366.' }),
  }),
});

const CreateApiTokenPayload = builder
  .objectRef<{ secret: string; record: ApiToken }>('CreateApiTokenPayload')
  .implement({
    description: 'A token that was made.',
    fields: (t) => ({
      secret: t.exposeString('secret', { description: 'The token itself: shown this once.' }),
      token: t.expose('record', { type: ApiTokenRef, description: 'What is kept of it.' }),
    }),
  });

const DAY_MS = 86_400_000;

builder.mutationField('createApiToken', (t) =>
  t.field({
    type: CreateApiTokenPayload,
    scope: 'admin',
    errors: {},
    description: 'Makes a token for a machine.',
    args: { input: t.arg({ type: CreateApiTokenInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, { caller, parts }) => {
      const project = requireProject(caller, input.project ?? 'default');
      const days = input.days ?? 90;
      if (days < 1 || days > 366 || input.scopes.length === 0 || input.name.length > 200) {
        throw new FiducialError(
          'INVALID_INPUT',
          'Expected 1 to 366 days, a name of at most 200 characters, and a scope',
        );
      }
      for (const scope of input.scopes) requireScope(caller, scope);
      const at = parts.now();
      const expiresAt = new Date(at.getTime() + days * DAY_MS);
      const { name, scopes } = input;
      return createApiToken(parts.stores.results, { project, name, scopes, expiresAt, createdBy: caller.id, at });
    },
  }),
);

const ApiTokenPayload = builder.objectRef<{ token: ApiToken }>('ApiTokenPayload').implement({
  description: 'A token.',
  fields: (t) => ({ token: t.expose('token', { type: ApiTokenRef, description: 'As it stands now.' }) }),
});

builder.mutationField('revokeApiToken', (t) =>
  t.field({
    type: ApiTokenPayload,
    scope: 'admin',
    errors: {},
    description: 'Ends a token now; within half a minute everywhere. Repeating it is harmless.',
    args: { id: t.arg.id({ required: true, description: '`ApiToken:project:token`' }) },
    resolve: async (_, { id }, context) => {
      const { project, parts } = openId(context, 'ApiToken', id);
      return { token: await revokeApiToken(context.parts.stores.results, project, parts[0]!, context.parts.now()) };
    },
  }),
);
