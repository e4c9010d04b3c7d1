/**
 * Deny by default: a field of Query, Mutation and Subscription can't be built without a scope, and its resolver is
 * not called without it. Fields of other types need `read`, which every way to them has asked for already, unless
 * they name more.
 */
import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { requireScope, type Scope } from './auth/caller.ts';
import { isSpoken, OperationFailure } from './errors.ts';
import type { ApiContext } from './ports.ts';

export const SCOPES_PLUGIN = 'scopes';
const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      scopes: ScopePlugin<Types>;
    }
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      scope: Scope;
    }
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      scope: Scope;
    }
    interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      scope: Scope;
    }
    interface ObjectFieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      scope?: Scope;
    }
  }
}

export class ScopePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const named = (config.pothosOptions as { scope?: Scope }).scope;
    if (!named && ROOTS.has(config.parentType)) {
      throw new Error(`Expected ${config.parentType}.${config.name} to name its scope`);
    }
    return { ...config, extensions: { ...config.extensions, scope: named ?? 'read' } };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const scope = scopeOf(config);
    if (config.kind === 'Mutation') {
      return async (parent, args, context, info) => {
        requireScope((context as ApiContext).caller, scope);
        try {
          return await resolver(parent, args, context, info);
        } catch (error) {
          throw isSpoken(error) && error.code !== 'FORBIDDEN' ? new OperationFailure(error) : error;
        }
      };
    }
    if (!ROOTS.has(config.parentType) && scope === 'read') return resolver;
    return (parent, args, context, info) => {
      requireScope((context as ApiContext).caller, scope);
      return resolver(parent, args, context, info);
    };
  }

  override wrapSubscribe(
    subscriber: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    if (!subscriber) return subscriber;
    return (parent, args, context, info) => {
      requireScope((context as ApiContext).caller, scopeOf(config));
      return subscriber(parent, args, context, info);
    };
  }
}

function scopeOf({ extensions }: { readonly extensions?: object | null | undefined }): Scope {
  return (extensions as { scope: Scope }).scope;
}

SchemaBuilder.registerPlugin(SCOPES_PLUGIN, ScopePlugin);
