/** Which version of a model an alias means. */
import { FiducialError } from '../../domain/errors.ts';
import { slugSchema } from '../../domain/records.ts';
import { PRODUCTION, setAlias } from '../../training/registry.ts';
import { requireProject } from '../auth/caller.ts';
import { builder } from '../builder.ts';
import { openId } from '../ids.ts';
import { parseInput } from '../input.ts';
import { loadVersion, type VersionView } from '../models.ts';
import { ModelVersionRef } from './modelVersion.ts';

const PromoteModelInput = builder.inputType('PromoteModelInput', {
  description: 'A version to be given an alias.',
  fields: (t) => ({
    version: t.id({ required: true, description: '`ModelVersion:project:name:version`; not of `shared`.' }),
    alias: t.string({ defaultValue: PRODUCTION, description: '`production` is what the name alone means.' }),
    expected: t.string({ description: 'Refuse where the alias points to another version by now.' }),
  }),
});

const PromoteModelPayload = builder.objectRef<{ version: VersionView; previous: string | null }>('PromoteModelPayload');
PromoteModelPayload.implement({
  description: 'An alias that points elsewhere now.',
  fields: (t) => ({
    version: t.expose('version', { type: ModelVersionRef, description: 'What it points to.' }),
    previous: t.exposeString('previous', { nullable: true, description: 'What it pointed to before.' }),
  }),
});

builder.mutationField('promoteModel', (t) =>
  t.field({
    type: PromoteModelPayload,
    scope: 'write',
    errors: {},
    description: 'Points an alias at a version. Repeating it is harmless.',
    args: { input: t.arg({ type: PromoteModelInput, required: true, description: 'What to promote.' }) },
    resolve: async (_, { input }, context) => {
      const { project, parts } = openId(context, 'ModelVersion', input.version);
      requireProject(context.caller, project);
      const [name, version] = parts as [string, string];
      const found = await loadVersion(context, project, name, version);
      if (!found) throw new FiducialError('UNKNOWN_MODEL', `Expected a model version, got "${input.version}"`);
      const alias = parseInput(slugSchema, input.alias ?? PRODUCTION, 'input.alias');
      const options = { now: context.parts.now, ...(input.expected == null ? {} : { expected: input.expected }) };
      const set = await setAlias(context.parts.stores.models, project, name, alias, version, options);
      return { version: found, previous: set.previous };
    },
  }),
);
