// The official client reads everything through its own methods.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CATALOG_FILTER_EXISTS, CatalogClient } from '@backstage/catalog-client';
import { startPortal, TOKEN } from './portal.mjs';

describe('@backstage/catalog-client', () => {
  let portal;
  let client;
  const auth = { token: TOKEN };
  const names = (items) => items.map((entity) => entity.metadata.name);

  before(async () => {
    portal = await startPortal(60);
    client = new CatalogClient({ discoveryApi: { getBaseUrl: async (plugin) => `${portal.base}/api/${plugin}` } });
  });
  after(() => portal?.stop());

  test('getEntities filters, picks fields and answers everything', async () => {
    const { items } = await client.getEntities({ filter: { kind: 'API' }, fields: ['kind', 'metadata.name'] }, auth);
    assert.equal(items.length, 7);
    assert.deepEqual(Object.keys(items[0]).sort(), ['kind', 'metadata']);
    const any = await client.getEntities({ filter: [{ kind: 'domain' }, { kind: 'user', 'metadata.name': 'ada.keller' }] }, auth);
    assert.equal(any.items.length, 4);
    const tagged = await client.getEntities({ filter: { kind: 'component', 'metadata.tags': CATALOG_FILTER_EXISTS } }, auth);
    assert.ok(tagged.items.length > 60);
    const page = await client.getEntities({ filter: { kind: 'component' }, limit: 7, offset: 3, order: { field: 'metadata.name', order: 'desc' } }, auth);
    assert.equal(page.items.length, 7);
  });

  test('getEntityByRef finds whatever the casing, and nothing is undefined', async () => {
    const found = await client.getEntityByRef('Component:Default/Timetable', auth);
    assert.equal(found.metadata.title, 'Timetable');
    assert.ok(found.relations.some((relation) => relation.type === 'ownedBy' && relation.targetRef === 'group:default/journeys'));
    assert.equal(await client.getEntityByRef('component:default/none', auth), undefined);
  });

  test('getEntitiesByRefs keeps order and holes', async () => {
    const refs = ['api:default/fares-api', 'component:default/none', 'component:default/fares'];
    const { items } = await client.getEntitiesByRefs({ entityRefs: refs }, auth);
    assert.deepEqual(items.map((entity) => entity?.metadata.name), ['fares-api', undefined, 'fares']);
  });

  test('queryEntities pages forward and back with GET', async () => {
    const query = { filter: { kind: 'component' }, orderFields: { field: 'metadata.name', order: 'asc' }, limit: 25 };
    const pages = [await client.queryEntities(query, auth)];
    while (pages.at(-1).pageInfo.nextCursor) {
      pages.push(await client.queryEntities({ cursor: pages.at(-1).pageInfo.nextCursor, limit: 25 }, auth));
    }
    const all = pages.flatMap((page) => names(page.items));
    assert.equal(all.length, pages[0].totalItems);
    assert.deepEqual(all, [...all].sort());
    const back = await client.queryEntities({ cursor: pages.at(-1).pageInfo.prevCursor, limit: 25 }, auth);
    assert.deepEqual(names(back.items), names(pages.at(-2).items));
    assert.equal(pages[0].pageInfo.prevCursor, undefined);
  });

  test('queryEntities pages with a predicate, which goes as POST', async () => {
    const query = { query: { $all: [{ kind: 'component' }, { 'metadata.tags': { $contains: 'generated' } }] }, orderFields: { field: 'metadata.name', order: 'desc' }, limit: 40 };
    const first = await client.queryEntities(query, auth);
    assert.equal(first.totalItems, 60);
    const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 40 }, auth);
    assert.deepEqual([first.items.length, second.items.length], [40, 20]);
    const back = await client.queryEntities({ cursor: second.pageInfo.prevCursor, limit: 40 }, auth);
    assert.deepEqual(names(back.items), names(first.items));
  });

  test('full text, totals and counting only', async () => {
    const found = await client.queryEntities({ fullTextFilter: { term: 'time', fields: ['metadata.name', 'metadata.title'] }, limit: 10 }, auth);
    assert.ok(found.totalItems >= 3);
    const count = await client.queryEntities({ filter: { kind: 'group' }, limit: 0 }, auth);
    assert.deepEqual([count.items.length, count.totalItems], [0, 7]);
  });

  test('streamEntities reads everything', async () => {
    let seen = 0;
    for await (const page of client.streamEntities({ filter: { kind: 'component' } }, auth)) seen += page.length;
    const { totalItems } = await client.queryEntities({ filter: { kind: 'component' }, limit: 0 }, auth);
    assert.equal(seen, totalItems);
  });

  test('getEntityFacets, both verbs', async () => {
    const got = await client.getEntityFacets({ facets: ['kind', 'relations.ownedBy'], filter: { kind: 'system' } }, auth);
    assert.deepEqual(got.facets.kind, [{ value: 'System', count: 4 }]);
    const posted = await client.getEntityFacets({ facets: ['spec.type'], query: { kind: 'api' } }, auth);
    assert.ok(posted.facets['spec.type'].some((bucket) => bucket.value === 'openapi' && bucket.count === 3));
  });

  test('getEntityAncestors leads to the location', async () => {
    const ancestors = await client.getEntityAncestors({ entityRef: 'component:default/fares' }, auth);
    assert.equal(ancestors.rootEntityRef, 'component:default/fares');
    assert.ok(ancestors.items.length >= 3);
    assert.equal(ancestors.items[0].entity.metadata.name, 'fares');
  });

  test('locations are readable', async () => {
    assert.deepEqual(await client.getLocations({}, auth), { items: [] });
    assert.equal(await client.getLocationById('00000000-0000-4000-8000-000000000000', auth), undefined);
    assert.equal(await client.getLocationByEntity('component:default/fares', auth), undefined);
  });

  test('refreshEntity and validateEntity', async () => {
    await client.refreshEntity('component:default/fares', auth);
    const entity = { apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'x' }, spec: { type: 'a', lifecycle: 'b' } };
    const refused = await client.validateEntity(entity, 'url:http://localhost/x.yaml', auth);
    assert.equal(refused.valid, false);
    assert.match(refused.errors[0].message, /must have required property 'owner'/);
    entity.spec.owner = 'c';
    assert.equal((await client.validateEntity(entity, 'url:http://localhost/x.yaml', auth)).valid, true);
  });

  test('errors arrive as the client expects them', async () => {
    await assert.rejects(client.getEntities({}, { token: 'wrong' }), (error) => error.statusCode === 401 && error.body.error.name === 'AuthenticationError');
    await assert.rejects(client.getEntities({ limit: -1 }, auth), (error) => error.statusCode === 400 && error.body.error.name === 'InputError');
  });
});
