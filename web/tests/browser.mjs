// A Chromium with what every browser test needs: a signed-in page in light, dark or narrow, screenshots, and axe.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startPortal } from '../../compat/clients/portal.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = join(import.meta.dirname, 'shots');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
};

export async function openBrowser(extra = '') {
  const portal = await startPortal(0, extra);
  const executablePath = process.env.CALLBOARD_CHROMIUM?.includes('/') ? process.env.CALLBOARD_CHROMIUM : `/usr/bin/${process.env.CALLBOARD_CHROMIUM ?? 'chromium'}`;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  await mkdir(SHOTS, { recursive: true });
  return {
    portal,
    // A page signed in as guest; a script error or a blocked resource fails the test that opened it.
    async page(look = 'light', options = {}) {
      const context = await browser.newContext({ baseURL: portal.base, ...LOOKS[look], ...options });
      const page = await context.newPage();
      const complaints = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => { if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`); });
      await page.goto('/sign-in');
      await page.getByRole('button', { name: /guest/i }).click();
      await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
      return Object.assign(page, { complaints });
    },
    async close() {
      await browser.close();
      await portal.stop();
    },
  };
}

// Saves a screenshot and fails on anything axe finds against WCAG 2.2 AA.
export async function look(page, name) {
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  const told = found.violations.map((rule) => `${rule.id}: ${rule.help} — ${rule.nodes.map((node) => node.target.join(' ')).slice(0, 4).join(', ')}`);
  assert.deepEqual(told, [], `axe on ${name}`);
}
