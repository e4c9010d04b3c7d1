/** JWTs of an OpenID Connect issuer. RFC 7519, RFC 8725 (best current practices): algorithms are ours to name. */
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { FiducialError } from '../../domain/errors.ts';
import { slugSchema } from '../../domain/records.ts';
import { type Authenticator, unauthenticated } from './authenticate.ts';
import { type Caller, SCOPES, type Scope } from './caller.ts';

/** Asymmetric only: a public key can't be taken for a shared secret. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export const oidcSchema = z.object({
  issuer: z.url(),
  audience: z.string().min(1),
  /** Where the issuer's keys are. */
  jwksUri: z.url(),
  algorithms: z.array(z.enum(JWT_ALGORITHMS)).min(1).default(['RS256', 'ES256']),
  clockSkewSeconds: z.int().min(0).max(300).default(30),
  /** Claims: a list of projects; a list, or text with spaces, of scopes (`read`, `fiducial/read`, `fiducial:read`). */
  projectsClaim: z.string().default('projects'),
  scopesClaim: z.string().default('scope'),
});
export type OidcOptions = z.input<typeof oidcSchema> & {
  /** Instead of those at jwksUri. */
  readonly keys?: JWTVerifyGetKey;
  readonly now?: () => Date;
};

export function oidc({ keys, now, ...given }: OidcOptions): Authenticator {
  const options = oidcSchema.parse(given);
  const keySet =
    keys ?? createRemoteJWKSet(new URL(options.jwksUri), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  return async (token) => {
    if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token) || token.startsWith('fid.')) return null;
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: [...options.algorithms],
        clockTolerance: options.clockSkewSeconds,
        requiredClaims: ['exp', 'sub'],
        ...(now ? { currentDate: now() } : {}),
      });
      return callerOf(payload, options);
    } catch (error) {
      throw refusal(error);
    }
  };
}

function callerOf(payload: JWTPayload, options: z.output<typeof oidcSchema>): Caller {
  const projects = listOf(payload[options.projectsClaim]).filter((one) => slugSchema.safeParse(one).success);
  const named = listOf(payload[options.scopesClaim]).map((one) => one.replace(/^fiducial[/:]/, ''));
  const scopes = named.filter((one): one is Scope => (SCOPES as readonly string[]).includes(one));
  return {
    id: `user:${payload.sub}`,
    scopes: new Set(scopes),
    projects: new Set(projects),
    expiresAt: new Date(payload.exp! * 1000),
  };
}

function listOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((one) => one !== '');
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : [];
}

/** What is wrong with a token helps whoever made it; which key would be right is nobody's business. */
function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return unauthenticated('a token that has not expired, got one that has', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(`a token for this API, got one whose claim \`${error.claim}\` is not as expected`, error);
  }
  if (error instanceof errors.JWKSTimeout) {
    return new FiducialError('UNAVAILABLE', 'Expected the keys of the issuer, got no answer; try again', {
      cause: error,
    });
  }
  if (error instanceof errors.JOSEError)
    return unauthenticated('a token that the issuer has signed, got another', error);
  return new FiducialError('UNAVAILABLE', 'Expected the keys of the issuer, got none; try again', { cause: error });
}
