// Clients of the community: a command line from npm and two libraries from PyPI.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { startPortal, TOKEN } from './portal.mjs';

const run = promisify(execFile);
const here = import.meta.dirname;

describe('community clients', () => {
  let portal;
  before(async () => { portal = await startPortal(60); });
  after(() => portal?.stop());

  const cli = async (...args) => {
    const env = { ...process.env, BACKSTAGE_API_URL: `${portal.base}/api`, BACKSTAGE_API_KEY: TOKEN };
    return (await run(process.execPath, [join(here, 'node_modules/backstage-api/index.js'), ...args], { env })).stdout;
  };

  test('backstage-api: an entity, facets, orphans and a refresh', async () => {
    const entity = JSON.parse(await cli('catalog', 'get-by-name', '-k', 'Component', '-n', 'payments', '-s', 'default'));
    assert.equal(entity.spec.system, 'ticketing');
    const { facets } = JSON.parse(await cli('facet', 'get', '-f', 'spec.lifecycle'));
    assert.ok(facets['spec.lifecycle'].some((bucket) => bucket.value === 'production'));
    assert.match(await cli('orphan', 'list'), /\[\]|No orphan|0/i);
    assert.match(await cli('catalog', 'refresh', '-e', 'component:default/payments'), /success/i);
  });

  test('backstage_catalog_client and backstage-simple-client', { timeout: 300_000 }, async (context) => {
    const python = join(here, '.venv/bin/python');
    if (!existsSync(python)) {
      context.skip('Python with venv is not here: install python3 and python3-venv, then run `cargo xtask test compat`');
      return;
    }
    const { stdout } = await run(python, [join(here, 'clients.py'), portal.base, TOKEN]);
    assert.match(stdout, /all well/);
  });
});
