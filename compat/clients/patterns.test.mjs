// How integrations call the API whose own clients cannot be installed here: the requests that their sources make, in their order.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { component, serveFiles } from './files.mjs';
import { LEGACY_SECRET, startPortal, TOKEN } from './portal.mjs';

const COMPONENTS = 'filter=kind%3DComponent';

describe('call patterns', () => {
  let portal;
  let files;
  before(async () => {
    files = await serveFiles({ '/a.yaml': component('pattern-a'), '/b.yaml': component('pattern-b') });
    portal = await startPortal(60, '', [files.host]);
  });
  after(async () => { await portal?.stop(); await files?.stop(); });

  const call = async (path, { method = 'GET', body, token = TOKEN } = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${portal.base}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined, text };
  };
  const names = (items) => items.map((entity) => entity.metadata.name);
  const everyComponent = async () => names((await call(`/api/catalog/entities?${COMPONENTS}`)).json).sort();

  test('an importer pages by offset until a page is empty, with a token of an old backend', async () => {
    const token = await new SignJWT({ sub: 'backstage-server' }).setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1 hour').sign(Buffer.from(LEGACY_SECRET, 'base64'));
    const seen = [];
    for (let offset = 0; ; offset += 25) {
      const { status, json } = await call(`/api/catalog/entities?${COMPONENTS}&limit=25&offset=${offset}`, { token });
      assert.equal(status, 200);
      if (json.length === 0) break;
      seen.push(...names(json));
    }
    assert.deepEqual(seen.sort(), await everyComponent());
  });

  for (const limit of [20, 7]) {
    test(`an importer sends filter and limit ${limit} again with each cursor`, async () => {
      const seen = [];
      let cursor = '';
      do {
        const { status, json } = await call(`/api/catalog/entities/by-query?limit=${limit}&${COMPONENTS}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        assert.equal(status, 200);
        assert.equal(typeof json.totalItems, 'number');
        seen.push(...names(json.items));
        cursor = json.pageInfo.nextCursor ?? '';
      } while (cursor);
      assert.deepEqual(seen.sort(), await everyComponent());
    });
  }

  test('infrastructure as code makes a location, reads it by id, and finds it gone after removing it', async () => {
    const target = files.url('/a.yaml');
    const made = await call('/api/catalog/locations', { method: 'POST', body: { type: 'url', target } });
    assert.equal(made.status, 201);
    const { id, type } = made.json.location;
    assert.equal(type, 'url');
    assert.deepEqual((await call(`/api/catalog/locations/${id}`)).json, made.json.location);
    // Data sources of each kind ask with the kind in lower case.
    assert.equal((await call('/api/catalog/entities/by-name/component/default/pattern-a')).json.kind, 'Component');
    assert.equal((await call(`/api/catalog/locations/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await call(`/api/catalog/locations/${id}`)).status, 404);
    assert.equal((await call(`/api/catalog/locations/${id}`, { method: 'DELETE' })).status, 404);
  });

  test('a kit asks for fields and orders, takes one by uid, and removes it', async () => {
    const listed = await call('/api/catalog/entities?filter=kind=component,spec.type=service&fields=metadata.name,metadata.uid&order=desc:metadata.name');
    assert.deepEqual(names(listed.json), names(listed.json).sort().reverse());
    assert.deepEqual(Object.keys(listed.json[0].metadata).sort(), ['name', 'uid']);
    const { location } = (await call('/api/catalog/locations', { method: 'POST', body: { type: 'url', target: files.url('/b.yaml') } })).json;
    const { uid } = (await call('/api/catalog/entities/by-name/component/default/pattern-b')).json.metadata;
    assert.equal((await call(`/api/catalog/entities/by-uid/${uid}`)).json.metadata.name, 'pattern-b');
    assert.equal((await call(`/api/catalog/entities/by-uid/${uid}`, { method: 'DELETE' })).status, 204);
    assert.equal((await call(`/api/catalog/locations/${location.id}`, { method: 'DELETE' })).status, 204);
  });

  test('a command line signs in as guest with GET, and works with what it is given', async () => {
    const { backstageIdentity } = (await call('/api/auth/guest/refresh', { token: '' })).json;
    const { token } = backstageIdentity;
    assert.equal((await call('/api/catalog/entities?filter=kind=component&limit=5&offset=5', { token })).json.length, 5);
    assert.ok((await call('/api/catalog/entity-facets?facet=kind&facet=spec.owner', { token })).json.facets['spec.owner'].length > 0);
    assert.equal((await call('/api/catalog/refresh', { method: 'POST', body: { entityRef: 'component:default/timetable' }, token })).status, 200);
  });

  test('slashes at the end are taken', async () => {
    assert.deepEqual((await call('/api/catalog/locations/')).json, []);
    const found = await call('/api/catalog/entities/by-refs/', { method: 'POST', body: { entityRefs: ['component:default/timetable', 'component:default/none'] } });
    assert.deepEqual(found.json.items.map((item) => item?.metadata.name ?? null), ['timetable', null]);
  });

  test('orphans are asked for by a key with dots and slashes', async () => {
    const orphans = await call('/api/catalog/entities/by-query?limit=10&filter=metadata.annotations.backstage.io/orphan=true');
    assert.deepEqual([orphans.status, orphans.json.totalItems], [200, 0]);
  });
});
