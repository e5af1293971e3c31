// SPDX-License-Identifier: Apache-2.0
// A real browser on the console's page, which notes every complaint of it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 320, height: 720 } };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openBrowser(shots) {
  const executablePath = PLACES.find(existsSync);
  assert(executablePath !== undefined, 'no Chromium: run bot/setup');
  mkdirSync(shots, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
  return { browser, shots };
}

/// A tab of its own memory. `complaints` are errors on the page's console, exceptions, and requests to anybody else.
export async function openTab({ browser, shots }, url, { dark = false, size = SIZES.desk, allow = () => false, options = {} } = {}) {
  const context = await browser.newContext({ viewport: size, colorScheme: dark ? 'dark' : 'light', ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !allow(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => { if (!request.url().startsWith(url)) complaints.push(`asks ${request.url()}`); });
  const tab = {
    page, complaints, close: () => context.close(),
    go: async (path) => {
      await page.goto(`${url}#/${path}`);
      await page.locator('main h1').waitFor();
    },
    shot: (name) => page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }),
    /// Nothing sticks out sideways.
    overhang: () => page.evaluate('document.documentElement.scrollWidth - innerWidth'),
    /// By axe-core: "rule: element" of what it finds wrong.
    async violations() {
      await page.evaluate(axe);
      const { violations } = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`));
    },
  };
  return tab;
}

export async function enter({ page }, token) {
  await page.locator('#token').fill(token);
  await page.getByRole('button', { name: 'Open' }).click();
}
