/** How large a query may be, before anything of it runs. */
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
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

const MOST_NESTED = 100;
const MOST_CHARACTERS = 64_000;

/**
 * Before the parser, which calls itself for every bracket: thousands of them, and its stack is full before any other
 * limit is looked at. Texts of queries are kept in a cache, so they may not be long either.
 */
export function useTextLimits(): Plugin {
  return {
    onParse({ params: { source } }) {
      const text = typeof source === 'string' ? source : source.body;
      if (text.length > MOST_CHARACTERS) throw tooMuch(`${MOST_CHARACTERS} characters, got ${text.length}`);
      if (nesting(text) > MOST_NESTED) throw tooMuch(`${MOST_NESTED} brackets within each other`);
    },
  };
}

function tooMuch(most: string): GraphQLError {
  const extensions = { code: 'LIMIT_EXCEEDED', retryable: false, http: { status: 400 } };
  return new GraphQLError(`Expected a query of at most ${most}`, { extensions });
}

/** Brackets within strings and comments do not count. */
export function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\\n])*"|#[^\n]*|[[{(]|[\]})]/g)) {
    if (token === '[' || token === '{' || token === '(') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}' || token === ')') depth--;
  }
  return deepest;
}
