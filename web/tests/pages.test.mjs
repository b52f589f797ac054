// Every page is there, says what it is about, fits 360 px and passes axe, in light, dark and narrow.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LOOKS, look, openBrowser } from './browser.mjs';
import { LONG, STRESS } from './stress.mjs';

const PAGES = {
  home: ['/', 'Mine'],
  catalog: ['/catalog', 'Catalog'],
  component: ['/catalog/default/component/timetable', 'Timetable'],
  relations: ['/catalog/default/component/timetable/relations', 'Timetable'],
  graph: ['/catalog/default/component/timetable/graph', 'Timetable'],
  impact: ['/catalog/default/resource/event-bus/impact', 'One step away'],
  'impact-owner': ['/catalog/default/resource/event-bus/impact?by=owner', 'would be affected'],
  source: ['/catalog/default/component/timetable/source', 'Timetable'],
  history: ['/catalog/default/component/timetable/history', 'Since when'],
  register: ['/catalog-import?url=https://nowhere.example/catalog-info.yaml', 'Bring the descriptors'],
  scheduled: ['/admin/scheduled', 'Ask now'],
  activity: ['/activity', 'Changes'],
  inspect: ['/catalog/default/component/timetable/inspect', 'Timetable'],
  api: ['/catalog/default/api/timetable-api', 'Timetable API'],
  group: ['/catalog/default/group/passengers', 'Passengers'],
  user: ['/catalog/default/user/elif.demir', 'Elif Demir'],
  system: ['/catalog/default/system/ticketing', 'Ticketing'],
  domain: ['/catalog/default/domain/passenger', 'Passenger'],
  explorer: ['/catalog-graph?rootEntityRefs[]=system:default/ticketing', 'Graph'],
  search: ['/search?query=fares', 'Search'],
  settings: ['/settings', 'Settings'],
  missing: ['/catalog/default/component/none', 'none'],
  problems: ['/admin/problems', 'no-owner'],
  sources: ['/admin/sources', 'extra.yaml'],
  kinds: ['/admin/kinds', 'Environments'],
  kind: ['/admin/kinds/environment', 'What another definition would do'],
  'kind-builtin': ['/admin/kinds/component', 'Built-in definition'],
  'kind-try': ['/admin/kinds/try-definition', 'Nothing is applied'],
  hidden: ['/catalog/default/component/no-owner', 'cannot be shown'],
  everything: ['/catalog?kind=all', 'All kinds'],
  long: [LONG, 'A title whose author'],
  'long-relations': [`${LONG}/relations`, 'part-1'],
  'long-graph': [`${LONG}/graph`, 'Steps'],
  hostile: ['/catalog/default/component/hostile', '<img src=x onerror=alert(1)>'],
  'right-to-left': ['/catalog/default/component/right-to-left', 'خدمة'],
  'own-kind-list': ['/catalog?kind=environment', 'Live'],
  'own-kind': ['/catalog/default/environment/live', 'alps'],
  'nothing-found': ['/catalog?q=nothing-has-this-name', 'Nothing matches'],
};

describe('pages', () => {
  let browser;
  before(async () => { browser = await openBrowser(STRESS); });
  after(() => browser?.close());

  for (const name of Object.keys(LOOKS)) {
    test(`every page, ${name}`, { timeout: 600_000 }, async () => {
      const page = await browser.page(name);
      // All that is wrong is told at once, not what comes first.
      const wrong = [];
      for (const [shot, [path, heading]] of Object.entries(PAGES)) {
        await page.goto(path);
        const text = await page.locator('main').innerText();
        if (!text.includes(heading)) wrong.push(`${path} says nothing of ${heading}:\n${text.slice(0, 400)}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) wrong.push(`${path} is ${overflow} px wider than the ${name} window`);
        await look(page, `${shot}-${name}`).catch((error) => wrong.push(`${error.message.split('\n')[0]}: ${error.actual}`));
      }
      assert.deepEqual(wrong, []);
      const complaints = page.complaints.filter((text) => !text.includes('404'));
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  test('sign-in page', async () => {
    const page = await browser.page('light');
    await page.context().clearCookies();
    await page.goto('/catalog');
    assert.match(page.url(), /\/sign-in/);
    await look(page, 'sign-in-light');
    await page.context().addCookies([{ name: 'callboard-session', value: 'over', url: browser.portal.base }]);
    await page.goto('/catalog?kind=api');
    assert.match(await page.locator('main').innerText(), /Your session is over/);
    await page.getByRole('button', { name: /guest/i }).click();
    await page.waitForURL('**/catalog?kind=api');
    await page.context().close();
  });

  test('the sidebar becomes icons and stays so, without JavaScript', async () => {
    const page = await browser.page('light', { javaScriptEnabled: false });
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Show icons alone' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('html[data-sidebar=narrow]').waitFor();
    await page.goto('/settings');
    await page.locator('html[data-sidebar=narrow]').waitFor();
    await page.context().close();
  });
});
