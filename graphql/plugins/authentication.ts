/** Nothing is read, parsed or looked up for a caller who did not prove who it is. */
import type { Plugin } from 'graphql-yoga';
import { type Authenticator, authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { presentError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { errorResponse } from './errorResponse.ts';

/** What the plugins leave for each other and for the context. */
export interface ServerContext {
  caller?: Caller;
}

export function useAuthentication(ways: readonly Authenticator[], log: Log): Plugin<object, ServerContext> {
  return {
    async onRequest({ request, serverContext, endResponse }) {
      try {
        serverContext.caller = await authenticate(request.headers.get('authorization'), ways);
      } catch (error) {
        const shown = presentError(error, log);
        endResponse(errorResponse(401, shown, { 'www-authenticate': 'Bearer realm="fiducial"' }));
      }
    },
  };
}
