// What people come for, done as they would do it, with and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './browser.mjs';

describe('tasks', () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(() => browser?.close());

  const rows = (page) => page.locator('main table tbody tr');

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

    test(`find who owns a service, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog');
      await page.getByRole('searchbox').first().fill('seat');
      await page.getByRole('searchbox').first().press('Enter');
      await page.getByRole('link', { name: /Seat reservation/ }).first().click();
      await page.getByRole('heading', { level: 1, name: /Seat reservation/ }).waitFor();
      await page.getByRole('link', { name: /Ticketing/ }).first().click();
      await page.getByRole('heading', { level: 1, name: /Ticketing/ }).waitFor();
      await page.context().close();
    });

    test(`narrow the list by kind and share the address, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog?kind=resource');
      const shown = await rows(page).count();
      assert.equal(shown, 7);
      await page.context().close();
    });
  }

  test('the palette opens by key, finds by name and goes there', async () => {
    const page = await browser.page();
    await page.goto('/catalog');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('payments');
    await page.getByRole('option', { name: /Payments/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Payments/ }).waitFor();
    await page.context().close();
  });

  test('the pages speak Italian when asked', async () => {
    const page = await browser.page('light', { locale: 'it-IT' });
    await page.goto('/catalog');
    assert.equal(await page.locator('html').getAttribute('lang'), 'it');
    assert.match(await page.locator('body').innerText(), /Catalogo/);
    await page.context().close();
  });
});
