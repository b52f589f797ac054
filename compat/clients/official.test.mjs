// The official client reads everything through its own methods.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CATALOG_FILTER_EXISTS, CatalogClient } from '@backstage/catalog-client';
import { component, serveFiles } from './files.mjs';
import { startPortal, TOKEN } from './portal.mjs';

describe('@backstage/catalog-client', () => {
  let portal;
  let client;
  let files;
  const auth = { token: TOKEN };
  const names = (items) => items.map((entity) => entity.metadata.name);

  before(async () => {
    files = await serveFiles({ '/one.yaml': component('one'), '/two.yaml': component('two'), '/many.yaml': [1, 2, 3].map((i) => component(`many-${i}`)).join('---\n') });
    portal = await startPortal(60, '', [files.host]);
    client = new CatalogClient({ discoveryApi: { getBaseUrl: async (plugin) => `${portal.base}/api/${plugin}` } });
  });
  after(async () => { await portal?.stop(); await files?.stop(); });

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

  test('a location is looked at, added, found in every way, moved and removed', async () => {
    const target = files.url('/one.yaml');
    const dry = await client.addLocation({ target, dryRun: true }, auth);
    assert.equal(dry.exists, false);
    assert.deepEqual(dry.entities.map((entity) => entity.kind), ['Location', 'Component']);
    assert.deepEqual((await client.getLocations({}, auth)).items, []);

    const { location } = await client.addLocation({ target }, auth);
    const { id } = location;
    assert.equal((await client.getEntityByRef('component:default/one', auth)).metadata.name, 'one');
    await assert.rejects(client.addLocation({ target }, auth), (error) => error.statusCode === 409 && error.body.error.name === 'ConflictError');
    await client.addLocation({ target, onConflict: 'refresh' }, auth);
    assert.equal((await client.addLocation({ target, dryRun: true }, auth)).exists, true);
    assert.equal((await client.getLocationById(id, auth)).target, target);
    assert.equal((await client.getLocationByRef(`url:${target}`, auth)).id, id);
    assert.equal((await client.getLocationByEntity('component:default/one', auth)).id, id);
    const queried = await client.queryLocations({ query: { target } }, auth);
    assert.deepEqual([queried.totalItems, queried.items.map((item) => item.id)], [1, [id]]);

    await client.updateLocation(id, { target: files.url('/two.yaml') }, auth);
    assert.equal((await client.getLocationById(id, auth)).target, files.url('/two.yaml'));
    assert.equal((await client.getEntityByRef('component:default/two', auth)).metadata.name, 'two');
    // What nothing emits any longer is told to be an orphan until it is removed.
    const left = await client.getEntityByRef('component:default/one', auth);
    assert.equal(left?.metadata.annotations['backstage.io/orphan'] ?? 'true', 'true');
    await client.removeLocationById(id, auth);
    assert.equal(await client.getLocationById(id, auth), undefined);
    assert.equal(await client.getEntityByRef('component:default/two', auth), undefined);
  });

  test('locations are queried page by page', async () => {
    const added = [];
    for (const path of ['/one.yaml', '/two.yaml', '/many.yaml']) added.push((await client.addLocation({ target: files.url(path) }, auth)).location.id);
    const seen = [];
    for await (const page of client.streamLocations({ pageSize: 2 }, auth)) seen.push(...page.map((location) => location.id));
    assert.deepEqual(seen.sort(), [...added].sort());
    for (const id of added) await client.removeLocationById(id, auth);
    assert.deepEqual((await client.getLocations({}, auth)).items, []);
  });

  test('removeEntityByUid takes one away', async () => {
    const { location } = await client.addLocation({ target: files.url('/many.yaml') }, auth);
    const entity = await client.getEntityByRef('component:default/many-2', auth);
    await client.removeEntityByUid(entity.metadata.uid, auth);
    assert.equal(await client.getEntityByRef('component:default/many-2', auth), undefined);
    await client.removeLocationById(location.id, auth);
  });

  test('analyzeLocation tells what a file would bring', async () => {
    const found = await client.analyzeLocation({ location: { type: 'url', target: files.url('/nothing') } }, auth);
    assert.deepEqual(found.existingEntityFiles, []);
    assert.equal(found.generateEntities[0].entity.kind, 'Component');
  });

  test('getEntityFacetsByPredicate and getEntityByName', async () => {
    const { facets } = await client.getEntityFacetsByPredicate({ facets: ['spec.type'], query: { kind: 'api' } }, auth);
    assert.ok(facets['spec.type'].some(({ value }) => value === 'openapi'));
    const named = await client.getEntityByName({ kind: 'Component', namespace: 'default', name: 'timetable' }, auth);
    assert.equal(named.metadata.title, 'Timetable');
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
