/** How large a query may be, before anything of it runs. */
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** The dashboard's largest query has depth 9, 30 aliases, 700 tokens; a page may be as long as a list allows. */
export function useQueryLimits(): Plugin {
  return EnvelopArmorPlugin({
    maxDepth: { n: 14, ignoreIntrospection: true, flattenFragments: true },
    maxAliases: { n: 30 },
    maxDirectives: { n: 30 },
    maxTokens: { n: 3000 },
    costLimit: { maxCost: 2_000_000, flattenFragments: true },
    blockFieldSuggestion: { enabled: true },
  }) as Plugin;
}

export function useNoIntrospection(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}
