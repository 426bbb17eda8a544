// Whose tokens are good: public keys that a login service publishes and changes, and secrets that are replaced.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { exportJWK, type JWTPayload, type KeyObject, SignJWT } from 'jose';
import { ask } from './support/ask.ts';
import { openTestService } from './support/test-service.ts';

const issuer = 'https://login.example.com';
const audience = 'companies';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rotated = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');

const claims = (): JWTPayload => ({
  ...{ sub: 'jane', email: 'jane@customers.example', roles: ['operator'], iss: issuer, aud: audience },
  exp: Math.floor(Date.now() / 1_000) + 600,
});
const sign = (alg: string, kid: string, key: KeyObject | Uint8Array, changes: JWTPayload = {}): Promise<string> =>
  new SignJWT({ ...claims(), ...changes }).setProtectedHeader({ alg, kid }).sign(key);
const publish = async (kid: string, alg: string, key: KeyObject) => ({
  ...(await exportJWK(key)),
  kid,
  alg,
  use: 'sig',
});

describe('tokens under the keys of AUTH_JWKS_URL', async () => {
  let published: object[] | undefined;
  let fetches = 0;
  const login = createServer((_request, response) => {
    fetches += 1;
    if (published) response.end(JSON.stringify({ keys: published }));
    else response.writeHead(503).end();
  }).listen(0, '127.0.0.1');
  await once(login, 'listening');
  after(() => login.close());
  // A listener on a port has an address with one.
  const url = `http://127.0.0.1:${(login.address() as AddressInfo).port}/jwks`;
  const env = { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: url, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience };
  const parts = { api: true, worker: false };
  const early = await openTestService({ after }, { env, parts });
  const status = async (token: string, { url: at } = early): Promise<number | undefined> =>
    (await ask(at, { headers: { authorization: `Bearer ${token}` } })).status;

  test('tokens are answered 503 until the keys were read once, and the service starts without them', async () => {
    const { status: found, text } = await ask(early.url, {
      headers: { authorization: `Bearer ${await sign('RS256', 'k1', rsa.privateKey)}` },
    });
    assert.equal(found, 503);
    assert.match(text, /SERVICE_UNAVAILABLE/);
  });

  test('tokens are accepted for RS256, ES256 and EdDSA, with keys published later, and while the key set is unavailable', async () => {
    published = [await publish('k1', 'RS256', rsa.publicKey), await publish('k3', 'EdDSA', edwards.publicKey)];
    const service = await openTestService({ after }, { env, parts });
    assert.equal(await status(await sign('RS256', 'k1', rsa.privateKey), service), 200);
    assert.equal(await status(await sign('EdDSA', 'k3', edwards.privateKey), service), 200);
    published = undefined;
    assert.equal(await status(await sign('RS256', 'k1', rsa.privateKey, { sub: 'joe' }), service), 200);
    const before = fetches;
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal(await status(await sign('ES256', 'k2', rotated.privateKey), service), 401);
    }
    assert.ok(fetches <= before + 1, 'a key that nobody knows is not asked for at each request');

    published = [await publish('k2', 'ES256', rotated.publicKey)];
    const next = await openTestService({ after }, { env, parts });
    assert.equal(await status(await sign('ES256', 'k2', rotated.privateKey), next), 200);
    assert.equal(await status(await sign('RS256', 'k1', rsa.privateKey), next), 401, 'a key that was withdrawn');
    const wrong = {
      'of another issuer': await sign('ES256', 'k2', rotated.privateKey, { iss: 'https://elsewhere.example.com' }),
      'for somebody else': await sign('ES256', 'k2', rotated.privateKey, { aud: 'mail' }),
      'under a key of their own with a known id': await sign('RS256', 'k2', rsa.privateKey),
      'signed with the public key as a secret': await sign(
        'HS256',
        'k2',
        rotated.publicKey.export({ type: 'spki', format: 'der' }),
      ),
    };
    for (const [title, token] of Object.entries(wrong)) assert.equal(await status(token, next), 401, title);
  });
});

describe('tokens under AUTH_JWT_SECRET', async () => {
  const [old, fresh] = ['Xk2v9QpLw7Rt4Ys8Zb3Nc6Md1Fg5Hj0a', 'Bv8nM3kL6qW1eR9tY4uI7oP2aS5dF0gH'];
  const service = await openTestService(
    { after },
    {
      env: { AUTH_JWT_SECRET: `${fresh},${old}`, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience },
      parts: { api: true, worker: false },
    },
  );
  const status = async (secret: string, changes: JWTPayload = {}): Promise<number | undefined> => {
    const token = await sign('HS256', 'any', new TextEncoder().encode(secret), changes);
    return (await ask(service.url, { headers: { authorization: `Bearer ${token}` } })).status;
  };

  test('tokens under each of several secrets are accepted', async () => {
    assert.deepEqual([await status(fresh), await status(old)], [200, 200]);
    assert.equal(await status('Qw5Er6Ty7Ui8Op9As0Df1Gh2Jk3Zx4Cv'), 401);
  });

  test('tokens need AUTH_ISSUER and AUTH_AUDIENCE where these are set', async () => {
    assert.deepEqual([await status(fresh, { iss: 'x' }), await status(fresh, { aud: 'x' })], [401, 401]);
  });
});
