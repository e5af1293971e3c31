// SPDX-License-Identifier: Apache-2.0
// The chart of one position as people use it: what it says is compared with what the daemon answers, what it paints with the
// colours of the page.
import assert from 'node:assert/strict';
import { SIZES } from './browser.mjs';
import { until } from './stage.mjs';

const LIMIT = 30_000;
const NAMED = { liquidation: 'bad', trigger: 'warn', target: 'good', course: 'fill' };

/// Four digits, cut off, of billionths.
const written = (billionths) => `${Math.floor(billionths / 1e9)}.${String(billionths % 1e9).padStart(9, '0').slice(0, 4)}`;

/// How many dots of the drawing have each colour that the page gives to its lines, and how wide it is.
const painted = (page) => page.evaluate((named) => {
  const canvas = document.querySelector('.plot canvas');
  const style = getComputedStyle(document.documentElement);
  const wanted = Object.fromEntries(Object.entries(named).map(([what, name]) => {
    const hex = style.getPropertyValue(`--${name}`).trim();
    return [what, [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))];
  }));
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const dots = Object.fromEntries(Object.keys(named).map((what) => [what, 0]));
  for (let i = 0; i < data.length; i += 4) {
    for (const [what, colour] of Object.entries(wanted)) {
      if (data[i + 3] > 200 && colour.every((part, k) => Math.abs(part - data[i + k]) < 12)) dots[what] += 1;
    }
  }
  return { dots, width: canvas.clientWidth };
}, NAMED);

/// Lines are long: a dot of the legend or a name alone would not do.
const allDrawn = async (page) => Object.values((await painted(page)).dots).every((count) => count > 100);

export async function readCourse({ page, overhang, violations, shot }, position) {
  await until('a course of some blocks', LIMIT, async () => (await position()).trail.length > 4);
  const slider = page.getByRole('slider', { name: 'Health factor over time' });
  await slider.waitFor({ timeout: LIMIT });
  await page.evaluate('globalThis.kept = document.querySelector(".plot")');
  const now = async () => Number(await slider.getAttribute('aria-valuenow'));
  const newest = async () => Number(await slider.getAttribute('aria-valuemax'));
  const legend = async () => Object.fromEntries(await page.locator('.plot .u-legend tr').evaluateAll((rows) =>
    rows.map((row) => [row.querySelector('th').textContent, row.querySelector('td').textContent])));

  // Nothing points at it: the newest.
  assert.equal(await now(), await newest());
  const { trail, trigger, target } = await position();
  const told = await legend();
  assert.deepEqual([told.liquidation, told.trigger, told.target], ['1.00', ...[trigger, target].map((wad) => `${Number(BigInt(wad) / 10n ** 14n) / 1e4}`.padEnd(4, '0'))]);
  assert.deepEqual(await violations(), [], 'axe-core');

  await slider.focus();
  await page.keyboard.press('Home');
  assert.equal(await now(), 0);
  assert((await slider.getAttribute('aria-valuetext')).startsWith(`${written(trail[0][1])} at `));
  assert.equal((await legend())['health factor'], written(trail[0][1]));
  for (let i = 0; i < 3; ++i) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await now(), 2);
  assert.equal((await legend())['health factor'], written(trail[2][1]));
  await page.locator('.plot .u-cursor-x:not(.u-off)').waitFor({ timeout: LIMIT });

  // The next blocks come in while it is read: it grows, and the reader stays where he is.
  const before = await newest();
  await until('the course is carried on', LIMIT, async () => (await newest()) > before + 1);
  assert.equal(await now(), 2);
  assert.equal(await page.evaluate('globalThis.kept === document.querySelector(".plot")'), true, 'the same drawing');
  await page.keyboard.press('End');
  assert.equal(await now(), await newest());
  await slider.blur();

  const over = await page.locator('.plot .u-over').boundingBox();
  await page.mouse.move(over.x + 1, over.y + over.height / 2);
  assert.equal(await now(), 0);
  assert.equal((await legend())['health factor'], written(trail[0][1]));
  await shot('course-read');
  await page.mouse.move(1, 1);
  await until('the newest again', LIMIT, async () => (await now()) === (await newest()));

  await until('the course and its levels are painted', LIMIT, () => allDrawn(page));
  const light = await painted(page);
  await page.getByRole('button', { name: 'Light or dark' }).click();
  await until('painted anew in the colours of the dark', LIMIT, () => allDrawn(page));
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate('delete document.documentElement.dataset.theme');
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');  // it has seen the dark
  await page.emulateMedia({ colorScheme: 'light' });
  await until('painted anew when the system becomes light', LIMIT, () => allDrawn(page));

  await page.setViewportSize(SIZES.phone);
  await until('it fits a phone', LIMIT, async () => (await painted(page)).width < SIZES.phone.width && (await overhang()) <= 0);
  await page.setViewportSize(SIZES.desk);
  await until('it is wide again', LIMIT, async () => (await painted(page)).width === light.width);
}
