// What a first visit costs. Bytes are held to the budget; times are printed, for they are the machine's too.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './browser.mjs';

const BUDGET_BYTES = 120_000;
const PAGES = ['/catalog', '/catalog/default/component/timetable', '/catalog/default/system/ticketing', '/catalog-graph?rootEntityRefs[]=system:default/ticketing'];

describe('first visit', () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(() => browser?.close());

  for (const path of PAGES) {
    test(`${path} stays under ${BUDGET_BYTES / 1000} kB`, async () => {
      const page = await browser.page();
      const network = await page.context().newCDPSession(page);
      await network.send('Network.enable');
      await network.send('Network.clearBrowserCache');
      let bytes = 0;
      let requests = 0;
      network.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; requests += 1; });
      await page.goto(path, { waitUntil: 'networkidle' });
      const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
      const server = await page.evaluate(() => { const [n] = performance.getEntriesByType('navigation'); return n.responseStart - n.requestStart; });
      console.log(`${path}: ${(bytes / 1000).toFixed(1)} kB in ${requests} requests, server ${server.toFixed(1)} ms, first content ${paint.toFixed(0)} ms`);
      assert.ok(bytes > 1000 && bytes < BUDGET_BYTES, `${bytes} bytes`);
      await page.context().close();
    });
  }
});
