/** Callers of tests: who they are is what their token says. */
import type { Authenticator } from '../../graphql/auth/authenticate.ts';
import type { Caller, Scope } from '../../graphql/auth/caller.ts';

export const WHOLE = '{ viewer { id scopes projects } }';

/** The token is a list of scopes, `@`, a project. */
export const byName: Authenticator = async (token) => {
  const [scopes = '', project = 'default'] = token.split('@');
  const caller: Caller = {
    id: token,
    scopes: new Set(scopes.split('+').filter((one) => one !== 'none') as Scope[]),
    projects: new Set([project]),
    expiresAt: null,
  };
  return caller;
};
