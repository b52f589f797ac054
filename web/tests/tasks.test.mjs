// What people come for, done as they would do it, with and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { STRESS } from './stress.mjs';

describe('tasks', () => {
  let browser;
  before(async () => { browser = await openBrowser(STRESS); });
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
      await page.getByRole('checkbox', { name: /^database/ }).check();
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Apply' }).first().click();
      await page.waitForURL('**type=database**');
      assert.ok(await rows(page).count() < 7);
      await page.context().close();
    });
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

    test(`ask for a fresh read of an entity, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog/default/component/payments');
      await page.locator('summary[aria-label=Actions]').click();
      await page.getByRole('button', { name: 'Read again' }).click();
      await page.waitForURL('**/payments/source?asked=refresh');
      assert.match(await page.locator('main').innerText(), /being read again/);
      await page.context().close();
    });

    test(`find out why an entity is not there, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/');
      await page.getByRole('link', { name: /Administration/ }).click();
      const problem = page.locator('.troubles > li', { hasText: 'no-owner' });
      assert.match(await problem.innerText(), /Not shown[\s\S]*owner[\s\S]*extra\.yaml:\d+:\d+/);
      await page.getByRole('link', { name: /^Conflicts/ }).click();
      assert.match(await page.locator('.troubles').innerText(), /component:default\/delivery/);
      const csv = await page.request.get(await page.getByRole('link', { name: 'CSV' }).getAttribute('href'));
      assert.equal((await csv.text()).trim().split('\r\n').length, 2);
      await page.getByRole('link', { name: 'Sources' }).click();
      await page.getByRole('searchbox', { name: 'Filter the list' }).fill('extra.yaml');
      await page.keyboard.press('Enter');
      await page.getByText('1 source', { exact: true }).waitFor();
      await page.context().close();
    });

    test(`see what another definition of a kind would break, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/admin/problems');
      await page.getByRole('link', { name: 'Kinds', exact: true }).click();
      await page.getByRole('row', { name: /acme\.example/ }).getByRole('link', { name: 'Environments' }).click();
      const field = page.getByRole('textbox', { name: 'Definition' });
      const text = await field.inputValue();
      await field.fill(text.replace('- region', '- region\n      - owner'));
      await page.getByRole('button', { name: 'Show what it would do' }).click();
      await page.getByText('One entity would no longer be valid').waitFor();
      assert.match(await page.locator('main').innerText(), /Live[\s\S]*required property 'owner'/);
      await page.getByRole('textbox', { name: 'Definition' }).fill(text.replace('kind: Environment', 'kind: Environment\n  nope: 1'));
      await page.getByRole('button', { name: 'Show what it would do' }).click();
      await page.getByText('This definition cannot be used').waitFor();
      assert.match(await page.locator('main').innerText(), /definition:\d+:\d+/);
      await page.context().close();
    });

    test(`see what a department owns with its teams, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog?owner=group:default/passengers');
      const alone = await rows(page).count();
      await page.getByRole('checkbox', { name: 'with groups within' }).check();
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Apply' }).first().click();
      await page.waitForURL('**nested=yes**');
      await page.getByRole('link', { name: /Timetable/ }).first().waitFor();
      assert.ok(await rows(page).count() > alone);
      await page.context().close();
    });

    test(`find whom a change would hit, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog/default/resource/event-bus/graph');
      await page.getByRole('link', { name: 'What depends on Event bus' }).click();
      await page.getByText('One step away').waitFor();
      await page.getByRole('link', { name: 'By owner' }).click();
      await page.waitForURL('**by=owner**');
      assert.match(await page.locator('main').innerText(), /Platform/);
      await page.getByLabel('Steps').selectOption('1');
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.waitForURL('**depth=1**');
      const csv = await page.request.get(await page.getByRole('link', { name: 'CSV' }).getAttribute('href'));
      assert.match(await csv.text(), /^distance,ref,title[\s\S]*component:default\/notify/);
      await page.context().close();
    });

    test(`follow a graph step by step and take it along, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog-graph?root=system:default/ticketing');
      const nodes = page.locator('.graph-nodes a.node');
      const before = await nodes.count();
      await page.locator('a.node-sign').first().click();
      await page.waitForURL('**open=**');
      assert.ok(await nodes.count() > before);
      const file = await page.request.get(await page.getByRole('link', { name: 'SVG' }).getAttribute('href'));
      assert.match(await file.text(), /^<svg xmlns=.*Ticketing/s);
      assert.match(file.headers()['content-disposition'], /attachment/);
      await page.getByLabel('Direction').selectOption('in');
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Draw' }).click();
      await page.waitForURL('**direction=in**');
      await page.context().close();
    });

    test(`keep what a list shows with one click, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog?kind=api');
      const count = await rows(page).count();
      await page.getByRole('button', { name: /^Star all/ }).click();
      await page.getByRole('button', { name: /stars away/ }).waitFor();
      await page.goto('/catalog?kind=api&show=starred');
      assert.equal(await rows(page).count(), count);
      await page.context().close();
    });

    test(`order, page and export a list, ${how}`, async () => {
      const page = await browser.page('light', { javaScriptEnabled });
      await page.goto('/catalog?kind=component&limit=5');
      await page.getByRole('link', { name: /^Owner/ }).click();
      await page.waitForURL('**sort=owner**');
      await page.getByRole('link', { name: /Next/ }).click();
      await page.waitForURL('**page=2**');
      await page.locator('.pager', { hasText: /6–10 of/ }).waitFor();
      const json = await page.request.get(await page.getByRole('link', { name: 'JSON' }).getAttribute('href'));
      assert.ok((await json.json()).length > 10, 'an export has the whole list');
      await page.context().close();
    });
  }

  test('typing narrows the list at once, and the address follows', async () => {
    const page = await browser.page();
    await page.goto('/catalog');
    await page.keyboard.press('f');
    await page.keyboard.type('seat');
    await page.waitForURL('**q=seat**');
    await page.locator('.chips', { hasText: 'seat' }).waitFor();
    assert.equal(await rows(page).count(), 1);
    await page.context().close();
  });

  test('keys go places and say which there are', async () => {
    const page = await browser.page();
    await page.goto('/');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL('**/catalog');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    assert.equal(await page.evaluate(() => document.activeElement?.closest('tr')?.rowIndex), 2);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.context().close();
  });

  test('an empty palette begins with what was seen last', async () => {
    const page = await browser.page();
    await page.goto('/catalog/default/component/fares');
    await page.goto('/catalog/default/component/payments');
    await page.keyboard.press('Control+k');
    assert.match(await page.getByRole('option').nth(0).innerText(), /Payments/);
    assert.match(await page.getByRole('option').nth(1).innerText(), /Fares/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Fares/ }).waitFor();
    await page.context().close();
  });

  test('a reference is copied from the menu, which Escape closes', async () => {
    const page = await browser.page('light', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto('/catalog/default/component/payments');
    const menu = page.locator('summary[aria-label=Actions]');
    await menu.click();
    await page.getByRole('button', { name: 'Copy reference' }).click();
    await page.getByText('Copied').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'component:default/payments');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Copy reference' }).waitFor({ state: 'hidden' });
    await page.context().close();
  });

  test('menus fit a small screen', async () => {
    const page = await browser.page('narrow');
    for (const [path, menu] of [['/catalog/default/component/payments', 'summary[aria-label=Actions]'], ['/catalog-graph?root=system:default/ticketing', '.menu summary >> nth=1']]) {
      await page.goto(path);
      await page.locator(menu).click();
      const box = await page.locator('details[open] > .menu-body').boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 360, `${path}: ${JSON.stringify(box)}`);
    }
    await page.context().close();
  });

  test('resting on a link shows what it leads to', async () => {
    const page = await browser.page();
    await page.goto('/catalog');
    await page.getByRole('link', { name: 'Payments', exact: true }).hover();
    await page.locator('.hover-card', { hasText: 'component:default/payments' }).waitFor();
    await page.context().close();
  });

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
