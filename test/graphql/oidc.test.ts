import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { oidc } from '../../graphql/auth/oidc.ts';
import { WHOLE } from './callers.ts';
import { stack } from './stack.ts';

describe('JWTs of an OpenID Connect issuer', () => {
  const issuer = 'https://issuer.test/';
  const audience = 'fiducial';
  let key: CryptoKey;
  let publicJwk: JWK;
  let jwksUri: string;

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    key = pair.privateKey;
    publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    const server = createServer((_, response) => response.end(JSON.stringify({ keys: [publicJwk] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    return () => void server.close();
  });

  const sign = (claims: object = {}, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt) =>
    change(
      new SignJWT({ projects: ['default'], scope: 'openid fiducial/write', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('ann')
        .setIssuedAt()
        .setExpirationTime('5 minutes'),
    ).sign(key);

  const signWithout = (claim: string) => {
    const claims: Record<string, unknown> = { iss: issuer, aud: audience, sub: 'ann', exp: Date.now() / 1000 + 60 };
    delete claims[claim];
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
  };

  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  async function forge(header: object, claims: object = {}): Promise<string> {
    const payload = {
      iss: issuer,
      aud: audience,
      sub: 'eve',
      exp: Date.now() / 1000 + 300,
      projects: ['default'],
      scope: 'admin',
      ...claims,
    };
    const signed = `${b64(header)}.${b64(payload)}`;
    const { createHmac, createPublicKey } = await import('node:crypto');
    const pem = createPublicKey({ key: publicJwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
  }

  async function withIssuer() {
    return stack({ authenticators: [oidc({ issuer, audience, jwksUri })] });
  }

  test('are who they say, with their scopes and projects', async () => {
    const { ask: query } = await withIssuer();
    const { data } = await query(WHOLE, {}, await sign());
    expect(data.viewer).toEqual({ id: 'user:ann', scopes: ['READ', 'WRITE'], projects: ['default'] });
  });

  test('without scopes or projects may do nothing', async () => {
    const { ask: query } = await withIssuer();
    expect((await query(WHOLE, {}, await sign({ scope: '' }))).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const none = await query('{ runs { edges { cursor } } }', {}, await sign({ projects: undefined }));
    expect(none.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each<[string, () => Promise<string>]>([
    ['expired', () => sign({}, (jwt) => jwt.setExpirationTime(Math.floor(Date.now() / 1000) - 60))],
    ['not valid yet', () => sign({}, (jwt) => jwt.setNotBefore(Math.floor(Date.now() / 1000) + 120))],
    ['for another audience', () => sign({}, (jwt) => jwt.setAudience('someone-else'))],
    ['of another issuer', () => sign({}, (jwt) => jwt.setIssuer('https://evil.test/'))],
    ['without a subject', () => signWithout('sub')],
    ['without an end', () => signWithout('exp')],
    ['signed with `none`', async () => (await forge({ alg: 'none' })).replace(/[^.]*$/, '')],
    ['signed with `none`, and a signature', () => forge({ alg: 'None', kid: 'one' })],
    ['signed with the public key as an HMAC secret', () => forge({ alg: 'HS256', kid: 'one' })],
    ['with a key of its own in the header', () => forge({ alg: 'RS256', jwk: publicJwk })],
    [
      'with its payload changed',
      async () => {
        const [header, payload, signature] = (await sign()).split('.');
        const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
        return `${header}.${b64({ ...claims, scope: 'admin' })}.${signature}`;
      },
    ],
    [
      'signed with another key of that name',
      async () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return new SignJWT({ scope: 'admin', projects: ['default'] })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setIssuer(issuer)
          .setAudience(audience)
          .setSubject('eve')
          .setExpirationTime('5 minutes')
          .sign(privateKey);
      },
    ],
  ])('%s: refused', async (_, token) => {
    const { ask: query, logged } = await withIssuer();
    const { status, data, errors } = await query(WHOLE, {}, await token());
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(JSON.stringify(errors)).not.toMatch(/jose|JWK|stack|node_modules/);
    expect(logged).toEqual([]);
  });

  test('an expiry within the clock skew is let pass', async () => {
    const { ask: query } = await withIssuer();
    const token = await sign({}, (jwt) => jwt.setExpirationTime(Math.floor(Date.now() / 1000) - 5));
    expect((await query(WHOLE, {}, token)).status).toBe(200);
  });

  test('keys that can not be fetched are an outage, not a bad token', async () => {
    const { ask: query, logged } = await stack({
      authenticators: [oidc({ issuer, audience, jwksUri: 'http://127.0.0.1:1/' })],
    });
    const { errors } = await query(WHOLE, {}, await sign());
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(logged[0]?.reference).toBe(errors?.[0]?.extensions.reference);
  });
});
