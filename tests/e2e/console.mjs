// SPDX-License-Identifier: Apache-2.0
// The console in a real browser on the real daemon, through a fall of the price on a local chain: every screen in light, dark and at
// phone width, what it says while it happens, who may see it, who may act, and what is shown when the daemon is gone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../devnet/crash/daemon.mjs';
import { SIZES, enter, openBrowser, openTab } from './browser.mjs';
import { authority } from './certificates.mjs';
import { readCourse } from './console_chart.mjs';
import * as slow from './console_slow.mjs';
import { rescued } from './outcome.mjs';
import { test as passes } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, shots: { type: 'string', default: 'build/console' }, only: { type: 'string', default: '' } } });
const TOKEN = 'console-token-of-the-test-7f3a';
const LIMIT = 30_000;
const LOWER = '145';  // dollars per ETH: endangers again what was rescued before
const SCREENS = { '': 'Positions', transactions: 'Incidents and transactions', decisions: 'Decisions', alerts: 'Alerts', wallets: 'Wallets and limits', health: 'Health', 'position/alice-aave': 'alice-aave' };
/// --only is for those that stand by themselves: most go on where the one before has ended.
const test = (name, body) => (name.includes(values.only) ? passes(name, body) : undefined);
const refusals = (text) => /status of 401|status of 429/.test(text);  // the browser's own words for the refusals wanted here

/// Four digits, cut off, as the page writes health factors.
const written = (wad) => `${wad / 10n ** 18n}.${String(wad % 10n ** 18n).padStart(18, '0').slice(0, 4)}`;

const stage = await Stage.open(['alice', 'bob']);
const port = await freePort();
const url = `http://127.0.0.1:${port}/`;
const place = await stage.folder({ more: `\n[console]\nlisten = "127.0.0.1:${port}"\ntoken = { file = "console.token" }\n` });
writeFileSync(join(place.folder, 'console.token'), `${TOKEN}\n`, { mode: 0o600 });
const daemon = stage.daemon(values.plimsoll, place);
const session = await openBrowser(values.shots);
const ask = (path, options = {}) => fetch(`${url}api/v1/${path}`, options);
const bearer = { authorization: `Bearer ${TOKEN}` };
const json = { ...bearer, 'content-type': 'application/json' };

async function seen(tab, what) {
  await tab.page.getByText(what).first().waitFor({ timeout: LIMIT });
}

async function quiet(tab, what) {
  assert.deepEqual(tab.complaints, [], `${what}: complaints on the console`);
}

/// Every screen: drawn, without a complaint, nothing over the edge, nothing that a screen reader cannot read.
async function everyScreen(look, options) {
  const tab = await openTab(session, url, { ...options, allow: refusals });
  await tab.page.goto(url);
  await enter(tab, TOKEN);
  for (const [path, title] of Object.entries(SCREENS)) {
    await tab.go(path);
    await tab.page.locator('main h1', { hasText: title }).waitFor({ timeout: LIMIT });
    await tab.page.waitForTimeout(400);  // one update comes over it
    const name = `${path === '' ? 'positions' : path.split('/')[0]}-${look}`;
    await tab.shot(name);
    assert((await tab.overhang()) <= 0, `${name} is wider than the window`);
    assert.deepEqual(await tab.violations(), [], `${name}: axe-core`);
  }
  await quiet(tab, look);
  await tab.close();
}

try {
  stage.run();
  await daemon.start();

  await test('the page is refused without the token, and with a wrong one; the right one opens it', async () => {
    for (const path of ['status', 'positions', 'position?name=alice-aave', 'whatif?name=alice-aave', 'transactions', 'decisions', 'alerts', 'health', 'events']) {
      assert.equal((await ask(path)).status, 401, path);
    }
    assert.equal((await ask('status', { headers: { authorization: `Bearer ${TOKEN}x` } })).status, 401);
    assert.equal((await ask('events', { headers: { authorization: `Bearer ${TOKEN.slice(0, -1)}` } })).status, 401);
    assert.equal((await ask('status', { headers: bearer })).status, 200);
    const tab = await openTab(session, url, { allow: refusals });
    await tab.page.goto(url);
    await tab.page.getByText('The token of this console').waitFor({ timeout: LIMIT });
    await enter(tab, 'not-the-token-at-all');
    await seen(tab, 'Refused: wrong token.');
    assert.deepEqual(await tab.violations(), [], 'axe-core');
    await tab.shot('token');
    await enter(tab, TOKEN);
    await seen(tab, 'alice-aave');
    assert(!(await tab.page.content()).includes(TOKEN), 'the token is nowhere in the page');
    await quiet(tab, 'entering');
    await tab.close();
  });

  await test('what acts needs the token, JSON and the page itself; files are served by their exact names', async () => {
    const body = JSON.stringify({ wallet: 'alice' });
    const status = async (headers) => (await ask('pause', { method: 'POST', headers, body })).status;
    assert.equal(await status({ 'content-type': 'application/json' }), 401);
    assert.equal(await status({ ...json, origin: 'http://evil.example' }), 403);
    assert.equal(await status({ ...bearer, 'content-type': 'text/plain' }), 415);
    assert.equal((await ask('pause', { headers: bearer })).status, 405);
    assert.equal((await ask('pause', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'nobody' }) })).status, 404);
    for (const path of ['..%2f..%2fetc/passwd', '%2e%2e/plimsoll.toml', 'console.token', 'app.js/', 'APP.JS']) {
      assert.equal((await fetch(url + path)).status, 404, path);
    }
    const page = await fetch(url);
    assert.match(page.headers.get('content-security-policy'), /default-src 'none'; script-src 'self'/);
    assert.equal(page.headers.get('x-frame-options'), 'DENY');
    assert.equal((await fetch(`${url}app.js`, { headers: { 'if-none-match': (await fetch(`${url}app.js`)).headers.get('etag') } })).status, 304);
  });

  await test('a price moved by hand gives the health factor that the contract has when the price is there', async () => {
    const tab = await openTab(session, url, { allow: refusals });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await tab.go('position/bob-aave');
    const slider = tab.page.getByLabel('WETH');
    await slider.focus();
    await slider.evaluate((input) => { input.value = '-110'; input.dispatchEvent(new Event('input', { bubbles: true })); });
    await tab.page.locator('.answer .pill', { hasText: 'below trigger' }).first().waitFor({ timeout: LIMIT });
    await seen(tab, 'It would then try');
    const supposed = await tab.page.locator('#whatif-health').textContent();
    await tab.shot('whatif');
    const { assets } = await (await ask('position?name=bob-aave', { headers: bearer })).json();
    const prices = assets.filter(({ symbol }) => symbol === 'WETH').map(({ asset, price_base: price }) => `${asset}:${(BigInt(price) * 890n) / 1000n}`);
    let said = {};
    await until('an answer from between two blocks', LIMIT, async () => {
      said = await (await ask(`whatif?name=bob-aave&prices=${prices}`, { headers: bearer })).json();
      return said.health_factor !== undefined;
    });
    const { health_factor: exact } = said;
    assert.equal(supposed, written(BigInt(exact)));
    await quiet(tab, 'what if');
    await tab.close();
    stage.supposed = BigInt(exact);
  });

  await test('a course is drawn by uPlot with its levels, read by keyboard and pointer, carried on, and fits the page in light and dark', async () => {
    const licence = await fetch(`${url}vendor/uPlot.LICENSE.txt`);
    assert.deepEqual([licence.status, licence.headers.get('content-type')], [200, 'text/plain; charset=utf-8']);
    const tab = await openTab(session, url, { allow: refusals });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await tab.page.locator('#row-alice-aave .spark canvas').waitFor({ timeout: LIMIT });
    await tab.go('position/alice-aave');
    await readCourse(tab, async () => (await ask('position?name=alice-aave', { headers: bearer })).json());
    await quiet(tab, 'the course');
    await tab.close();
  });

  await test('a fall of the price is seen while it happens, to the end of the rescue, without a reload', async () => {
    const tab = await openTab(session, url, { allow: refusals });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await seen(tab, 'alice-aave');
    await tab.page.evaluate('globalThis.kept = true');
    const row = tab.page.locator('#row-alice-aave');
    await row.getByText('safe').or(row.getByText('warned')).first().waitFor({ timeout: LIMIT });
    // Bob is paused from the page first: of two in the same fall, one must be left alone.
    await tab.page.getByRole('link', { name: 'Wallets' }).click();
    await tab.page.getByRole('button', { name: 'Pause bob' }).click();
    await tab.page.getByRole('button', { name: 'Press again to pause bob' }).click();
    await seen(tab, 'by console');
    await tab.page.getByRole('link', { name: 'Positions', exact: true }).click();
    // One block and no more, so that there is time to look: the rescue waits for the next.
    await stage.pause();
    await stage.setPrice(ENDANGERED);
    await stage.devnet.chain.mine();
    await row.getByText(/below trigger|rescuing/).first().waitFor({ timeout: LIMIT });
    await tab.shot('positions-crash');
    stage.run();
    await until('alice is rescued', LIMIT, () => rescued(stage, stage.wallets[0]));
    await row.getByText('safe').waitFor({ timeout: LIMIT });
    const bob = tab.page.locator('#row-bob-aave');
    await bob.locator('.pill', { hasText: 'paused' }).first().waitFor({ timeout: LIMIT });
    await bob.locator('.pill', { hasText: 'below trigger' }).waitFor({ timeout: LIMIT });
    const at = await stage.health(stage.wallets[1]);
    const apart = at > stage.supposed ? at - stage.supposed : stage.supposed - at;
    assert(apart < 10n ** 12n, `supposed ${stage.supposed}, the contract says ${at}: more than a minute's interest apart`);
    await tab.page.getByRole('link', { name: 'Transactions' }).click();
    await tab.page.locator('.incident .pill', { hasText: 'rescued' }).waitFor({ timeout: LIMIT });
    await tab.page.locator('summary', { hasText: 'rescue' }).last().click();
    await tab.page.locator('.life .settled').last().waitFor({ timeout: LIMIT });
    await tab.page.getByRole('link', { name: 'Decisions' }).click();
    await tab.page.locator('.log .why', { hasText: 'paused' }).first().waitFor({ timeout: LIMIT });
    assert.equal(await tab.page.evaluate('globalThis.kept'), true, 'it was never loaded anew');
    await quiet(tab, 'the crash');
    await tab.close();
  });

  await test('every screen in light and dark and at phone width, without a complaint of browser or axe-core', async () => {
    await everyScreen('light', {});
    await everyScreen('dark', { dark: true });
    await everyScreen('phone', { size: SIZES.phone });
  });

  await test('resumed from the page, the wallet is rescued', async () => {
    const tab = await openTab(session, url, { allow: refusals });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await tab.page.keyboard.press('5');  // screens by number keys need no pointer
    const button = tab.page.getByRole('button', { name: 'Resume bob' });
    await button.waitFor({ timeout: LIMIT });
    await button.focus();
    await tab.page.keyboard.press('Enter');
    await until('bob is rescued', LIMIT, () => rescued(stage, stage.wallets[1]));
    await tab.page.getByRole('button', { name: 'Pause bob' }).waitFor({ timeout: LIMIT });
    await quiet(tab, 'resuming');
    await tab.close();
  });

  await test('an open alert is seen when it is raised, acknowledged from the page, and nobody is told of it again', async () => {
    const tab = await openTab(session, url, { allow: refusals });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await tab.go('alerts');
    await tab.page.locator('main h1', { hasText: 'Alerts' }).waitFor({ timeout: LIMIT });
    assert.equal((await ask('pause', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'bob', seconds: 600 }) })).status, 200);
    const row = tab.page.locator('li.open', { hasText: 'paused' });
    await row.getByText('not acknowledged').waitFor({ timeout: LIMIT });
    await tab.shot('alerts-open');
    assert.deepEqual(await tab.violations(), [], 'axe-core');
    await tab.page.getByRole('button', { name: 'Acknowledge paused bob' }).click();
    await row.getByText('acknowledged by console').waitFor({ timeout: LIMIT });
    assert.equal((await ask('acknowledge', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"all":true}' })).status, 401);
    assert.equal((await ask('acknowledge', { method: 'POST', headers: { ...json, origin: 'http://evil.example' }, body: '{"all":true}' })).status, 403);
    assert.equal((await ask('resume', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'bob' }) })).status, 200);
    await row.waitFor({ state: 'detached', timeout: LIMIT });
    await quiet(tab, 'acknowledging');
    await tab.close();
  });

  const told = async (tab) => {
    assert.equal((await ask('pause', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'bob', seconds: 600 }) })).status, 200);
    await tab.page.locator('li.open', { hasText: 'paused' }).waitFor({ timeout: LIMIT });
    assert.equal((await ask('resume', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'bob' }) })).status, 200);
    await tab.page.locator('li.open', { hasText: 'paused' }).waitFor({ state: 'detached', timeout: LIMIT });
  };
  const failed = (text) => refusals(text) || /ERR_FAILED/.test(text);

  for (const [name, story] of Object.entries(slow.STORIES)) {
    await test(name, async () => {
      const tab = await openTab(session, url, { allow: failed });
      await story(tab, () => tab.page.goto(url), () => enter(tab, TOKEN), () => told(tab));
      await quiet(tab, name);
      await tab.close();
    });
  }

  await test('switched to a dry run from the page a wallet only tells its plan, over a restart; switched back it is rescued', async () => {
    const tab = await openTab(session, url, { allow: (text) => refusals(text) || /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(text) });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await tab.go('wallets');
    await tab.page.getByRole('button', { name: 'Make bob a dry run' }).click();
    await tab.page.getByRole('button', { name: 'Press again to make bob a dry run' }).click();
    await seen(tab, 'switched to dry run by console');
    await tab.shot('wallets-dry');
    const nonce = await stage.nonce(stage.wallets[1]);
    await stage.setPrice(LOWER);
    await tab.go('decisions');
    await tab.page.locator('.log .why', { hasText: /dry.run/ }).first().waitFor({ timeout: LIMIT });
    assert.equal(await daemon.stop(), 0);
    const restarted = Date.now();
    await daemon.start();
    await tab.page.locator('body:not(.stale)').waitFor({ timeout: LIMIT });
    const wallet = async () => (await (await ask('status', { headers: bearer })).json()).wallets.find(({ name }) => name === 'bob');
    assert.deepEqual([(await wallet()).mode, (await wallet()).configured], ['dry-run', 'live']);
    assert.equal(await stage.nonce(stage.wallets[1]), nonce, 'nothing was sent');
    // The course of before the restart is drawn on.
    await until('the course goes on', LIMIT, async () => {
      const { trail } = await (await ask('position?name=bob-aave', { headers: bearer })).json();
      return trail?.length > 10 && trail[0][0] < restarted;
    });
    await tab.go('wallets');
    await tab.page.getByRole('button', { name: 'End the dry run of bob' }).click();
    await until('bob is rescued', LIMIT, () => rescued(stage, stage.wallets[1]));
    assert.equal((await wallet()).mode, 'live');
    await quiet(tab, 'dry run');
    await tab.close();
  });

  await test('without the daemon the page says since when its values are old, and goes on when it is back', async () => {
    const tab = await openTab(session, url, { allow: (text) => refusals(text) || /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(text) });
    await tab.page.goto(url);
    await enter(tab, TOKEN);
    await seen(tab, 'alice-aave');
    // There is no channel here: who takes care of an alert is remembered all the same.
    assert.equal((await ask('pause', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'bob', seconds: 600 }) })).status, 200);
    assert.equal((await ask('acknowledge', { method: 'POST', headers: json, body: '{"all":true}' })).status, 200);
    assert.equal(await daemon.stop(), 0);
    await tab.page.getByRole('alert').filter({ hasText: /values are old|does not answer/ }).waitFor({ timeout: LIMIT });
    await tab.page.locator('body.stale').waitFor({ timeout: LIMIT });
    await tab.shot('positions-gone');
    await daemon.start();
    await tab.page.locator('body:not(.stale)').waitFor({ timeout: LIMIT });
    await tab.go('alerts');
    await tab.page.locator('li.open', { hasText: 'paused' }).getByText('acknowledged by console').waitFor({ timeout: LIMIT });
    assert.equal((await ask('resume', { method: 'POST', headers: json, body: JSON.stringify({ wallet: 'bob' }) })).status, 200);
    await quiet(tab, 'gone and back');
    await tab.close();
    assert.equal(await daemon.stop(), 0);
  });

  await test('by TLS it is served under any name, and to nobody without the token', async () => {
    const ca = authority(place.folder, 'ca');
    const { certificate, key } = ca.issue('console');
    const secure = await stage.folder({ more: `\n[console]\nlisten = "0.0.0.0:${port}"\ntoken = { file = "${join(place.folder, 'console.token')}" }\n`
      + `certificate = "${certificate}"\nkey = "${key}"\n` });
    const second = stage.daemon(values.plimsoll, secure);
    await second.start();
    const get = (path, headers = {}) => new Promise((done, fail) => {
      https.get({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode));
      }).on('error', fail);
    });
    assert.equal(await get('/', { host: 'bot.lan:1877' }), 200);
    assert.equal(await get('/api/v1/status', { host: 'bot.lan:1877' }), 401);
    assert.equal(await get('/api/v1/status', { host: 'bot.lan:1877', ...bearer }), 200);
    await assert.rejects(fetch(url), 'nothing is served in the clear');
    const tab = await openTab(session, `https://127.0.0.1:${port}/`, { allow: refusals, options: { ignoreHTTPSErrors: true } });
    await tab.page.goto(`https://127.0.0.1:${port}/`);
    await enter(tab, TOKEN);
    await seen(tab, 'alice-aave');
    await quiet(tab, 'by TLS');
    await tab.close();
    assert.equal(await second.stop(), 0);
    secure.remove();
  });

  assert(!daemon.tail(1e6).includes(TOKEN), 'the token is in no log line');
  place.remove();
} catch (error) {
  console.error(`files: ${place.folder}\n${daemon.tail()}`);
  throw error;
} finally {
  await session.browser.close();
  await daemon.stop();
  await stage.close();
}
