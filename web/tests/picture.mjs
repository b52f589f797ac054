// Takes the picture of the README: the catalog of the demo, as `cargo xtask picture` asks for it.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from './browser.mjs';

const FOLDER = join(import.meta.dirname, '../../docs/images');

const browser = await openBrowser();
const page = await browser.page('light', { viewport: { width: 1280, height: 800 } });
await page.goto('/catalog');
// One star, so that the picture shows what one looks like.
await page.getByRole('button', { name: /^Star Fares/ }).click();
await page.getByRole('button', { name: /^Star Fares/, pressed: true }).waitFor();
await page.mouse.move(640, 8);
await page.evaluate(() => document.activeElement?.blur());
await page.waitForTimeout(300);
await mkdir(FOLDER, { recursive: true });
await page.screenshot({ path: join(FOLDER, 'catalog.png') });
await browser.close();
