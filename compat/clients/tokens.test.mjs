// Tokens as others check them: with the library most Node.js services use, against the keys we publish.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { LEGACY_SECRET, startPortal } from './portal.mjs';

const ISSUER = 'http://localhost:7007/api/auth';

describe('jose', () => {
  let portal;
  before(async () => { portal = await startPortal(); });
  after(() => portal?.stop());

  const guest = async () => (await (await fetch(`${portal.base}/api/auth/guest/refresh`, { method: 'POST' })).json()).backstageIdentity;
  const read = (token) => fetch(`${portal.base}/api/catalog/entities?limit=1`, { headers: { authorization: `Bearer ${token}` } });

  test('user tokens verify against the published keys', async () => {
    const { token, identity, expiresInSeconds } = await guest();
    const keys = createRemoteJWKSet(new URL(`${portal.base}/api/auth/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: ISSUER, audience: 'backstage', typ: 'vnd.backstage.user' });
    assert.equal(payload.sub, identity.userEntityRef);
    assert.equal(payload.exp - payload.iat, expiresInSeconds);
    assert.equal(protectedHeader.alg, 'ES256');
    // The limited form is signed by the same key over exactly these bytes.
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { sub, iat, exp, uip } = payload;
    const limited = `${encode({ typ: 'vnd.backstage.limited-user', alg: 'ES256', kid: protectedHeader.kid })}.${encode({ sub, iat, exp })}.${uip}`;
    assert.equal((await jwtVerify(limited, keys)).payload.sub, sub);
    assert.equal((await read(limited)).status, 401);
  });

  test('a token with another signature is refused', async () => {
    const { token } = await guest();
    const [head, body, signature] = token.split('.');
    const turned = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    assert.equal((await read(token)).status, 200);
    assert.equal((await read(`${head}.${body}.${turned}`)).status, 401);
    const unsigned = `${Buffer.from(JSON.stringify({ ...decodeProtectedHeader(token), alg: 'none' })).toString('base64url')}.${body}.`;
    assert.equal((await read(unsigned)).status, 401);
  });

  test('tokens of old backends are HS256 with the shared secret', async () => {
    const sign = (claims, secret = LEGACY_SECRET) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1 minute').sign(Buffer.from(secret, 'base64'));
    assert.equal((await read(await sign({ sub: 'backstage-server' }))).status, 200);
    assert.equal((await read(await sign({ sub: 'somebody' }))).status, 401);
    assert.equal((await read(await sign({ sub: 'backstage-server' }, Buffer.alloc(32, 1).toString('base64')))).status, 401);
  });
});
