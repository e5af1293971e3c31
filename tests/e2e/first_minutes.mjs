// SPDX-License-Identifier: Apache-2.0
// The first minutes of an operator: init finds positions and writes a configuration, check --explain says what will happen,
// positions --watch shows it on a terminal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MAX, poolOf, tokenOf } from '../devnet/lib/aave.mjs';
import { openMorphoPosition } from '../devnet/lib/morpho.mjs';
import { passed, test } from './report.mjs';
import { GuardStage } from './guard_stage.mjs';
import { NodeBetween } from './node_between.mjs';
import { plimsoll, plimsollBeside, Stage, until } from './stage.mjs';
import { Terminal } from './terminal.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const binary = resolve(values.plimsoll);
const stage = await Stage.open(['alice', 'bob']);
const { info, chain } = stage.devnet;
const [alice, bob] = stage.wallets.map(({ address }) => address);
await chain.setAutomine(true);
await openMorphoPosition(stage.devnet, alice, 'weth-usdc', { collateral: '10', debt: '1000' });
await tokenOf(stage.devnet, 'USDC').write(bob, 'approve', [poolOf(stage.devnet).address, MAX]);
await chain.setAutomine(false);
await stage.catchUp();

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-console-'));
const file = join(folder, 'plimsoll.toml');
const nodes = ['--rpc', info.ws_url, '--rpc', info.http_url];
const market = ['--market', info.aave.addresses_provider, '--morpho', info.morpho.morpho];
const init = (...args) => plimsoll(binary, ['init', ...args], { cwd: folder, input: '' });

try {
  await test('init without a terminal names the flag that is missing, and asks nothing', () => {
    const without = init('--address', alice);
    assert.equal(without.status, 2);
    assert.match(without.stderr, /--rpc is missing/);
    const nobody = init(...nodes);
    assert.equal(nobody.status, 2);
    assert.match(nobody.stderr, /--address is missing/);
    assert(!existsSync(file));
  });

  await test('init finds the positions of every market and writes a file that check passes', () => {
    const { status, stdout, stderr } = init(...nodes, ...market, '--address', alice, '--address', bob, '--json');
    assert.equal(status, 0, stderr);
    const { file: written, positions } = JSON.parse(stdout);
    assert.equal(written, file);
    assert.deepEqual(positions.map(({ name }) => name),
      ['main-local-aave', 'wallet-2-local-aave', 'main-morpho-weth-usdc']);
    assert.match(positions[0].meaning, /^acts when WETH falls to [\d.]+ USD, [\d.]+ % below now; liquidation at [\d.]+ USD/);
    assert.match(positions[2].meaning, /USDC, .* below now; liquidation at [\d.]+ USDC/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^mode = "dry-run"/m);
    assert.match(text, /^# These levels mean: acts when WETH falls to /m);
    const checked = plimsoll(binary, ['--config', file, 'check']);
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  });

  await test('what init said of prices is what the contract does at them', async () => {
    const { stdout } = init(...nodes, ...market, '--address', bob, '--out', 'other.toml', '--json');
    const [position] = JSON.parse(stdout).positions;
    const at = async (ppm) => {
      await stage.setPrice((200 * (1 - ppm / 1e6)).toFixed(6));
      await chain.mine();
      return stage.health(stage.wallets[1]);
    };
    const part = 1_000_000_000_000n;  // the time that passes meanwhile
    const near = (health, level) => assert(health < level && health > level - 100n * part, `${health} at ${level}`);
    near(await at(position.ppm_to_trigger), BigInt(position.trigger));
    near(await at(position.ppm_to_liquidation), 10n ** 18n);
    await stage.setPrice('200');
    await chain.mine();
  });

  await test('init never overwrites, and keeps no key', () => {
    const before = readFileSync(file, 'utf8');
    const again = init(...nodes, ...market, '--address', alice);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /is there already/);
    assert.equal(readFileSync(file, 'utf8'), before);
    const key = '0123456789abcdef0123456789abcdef';
    const withKey = init('--rpc', `https://node.example.org/v3/${key}`, '--address', alice, '--out', 'key.toml');
    assert.equal(withKey.status, 2);
    assert.match(withKey.stderr, /v3\/\{secret\} --rpc-secret-file FILE/);
    assert(!(withKey.stderr + withKey.stdout).includes(key));
    assert(!existsSync(join(folder, 'key.toml')));
  });

  await test('init says where it looked when there is nothing', () => {
    const { status, stderr } = init(...nodes, ...market, '--address', info.accounts[19].address, '--out', 'none.toml');
    assert.equal(status, 4);
    assert.match(stderr, /no position was found in local-aave/);
    assert(!existsSync(join(folder, 'none.toml')));
  });

  await test('init finds the WebSocket of a node that was named by http', () => {
    const { status, stderr } = init('--rpc', info.http_url, ...market, '--address', bob, '--out', 'http.toml');
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(join(folder, 'http.toml'), 'utf8'), /rpc = \["ws:\/\/[^"]+", "http:\/\//);
  });

  await test('init on a terminal asks, proposes, and takes another trigger', async () => {
    const terminal = new Terminal([binary, 'init', ...market, '--out', join(folder, 'asked.toml')], { cwd: folder });
    await terminal.shows('URL of a node');
    terminal.type(`${info.ws_url}\n`);
    await terminal.shows(/chain 31337[^]*URL of a node/);
    terminal.type('\n');
    await terminal.shows('Address of a wallet');
    terminal.type(`${bob}\n`);
    await terminal.shows('Trigger [');
    terminal.type('1.22\n');
    await terminal.shows('Target [');
    terminal.type('\n');
    await terminal.shows('May the page in the browser');
    terminal.type('\n');
    assert.equal(await terminal.ended, 0, terminal.screen);
    const asked = readFileSync(join(folder, 'asked.toml'), 'utf8');
    assert.match(asked, /^trigger = "1\.22"/m);
    assert.match(asked, /^\[console\]$/m);
    const token = join(folder, 'console.token');
    assert.equal(statSync(token).mode & 0o777, 0o600);
    const text = readFileSync(token, 'utf8');
    assert.match(text, /^[0-9a-f]{48}\n$/);
    assert(!asked.includes(text.trim()) && !terminal.screen.includes(text.trim()), 'the token is in its file alone');
    // Another file with the same token: it is used as it is.
    const again = init(...nodes, ...market, '--address', bob, '--out', 'same.toml', '--console-token-file', token);
    assert.equal(again.status, 0, again.stderr);
    assert.equal(readFileSync(token, 'utf8'), text);
  });

  await test('check --explain says what will happen, and finds what does not fit', () => {
    const { status, stdout, stderr } = plimsoll(binary, ['--config', file, 'check', '--explain', '--json']);
    assert([0, 4, 6].includes(status), stderr);
    const { explain, lines } = JSON.parse(stdout);
    const mine = explain.find(({ position }) => position === 'main-local-aave');
    assert.deepEqual(mine.steps.map(({ ppm }) => ppm), [50_000, 100_000, 200_000]);
    const [, , far] = mine.steps;
    assert.equal(far.plan.strategy, 'repay-from-wallet');
    assert(BigInt(far.plan.health_factor_after) > BigInt(far.health_factor));
    assert(BigInt(far.health_factor_after_rescue_on_the_way) > BigInt(far.health_factor));
    for (const what of ['room', 'target', 'gas per day', 'gas money', 'audit'])
      assert(lines.some(({ name, ok }) => name === `position main-local-aave: ${what}` && ok), `${what} in ${stdout}`);
    const allowance = (name) => lines.find((one) => one.name === `position ${name}: allowance`);
    assert(!allowance('main-local-aave').ok, 'alice has approved nothing, and a dry run approves nothing for her');
    assert.match(allowance('main-local-aave').mend, /approve the pool, or go live/);
    assert(allowance('wallet-2-local-aave').ok, 'bob has');
    const words = plimsoll(binary, ['--config', file, 'check', '--explain']).stdout;
    assert.match(words, /acts at: WETH down to [\d.]+ USD \([\d.]+ % below now\)/);
    assert.match(words, /-20 %: WETH at 160\.00 USD, health factor 1\.0\d+, below trigger/);
    assert.match(words, /when live, plimsoll would repay [\d,.]+ USDC; then 1\.\d+, for 0\.\d+ of the coin/);
  });

  await test('a trigger too near, a target out of reach and a small budget are found', () => {
    const bad = join(folder, 'bad.toml');
    const text = readFileSync(join(folder, 'http.toml'), 'utf8')
      .replace(/^trigger = "[^"]+"/m, 'trigger = "1.01"').replace(/^target {2}= "[^"]+"/m, 'target  = "50"')
      .replace('cooldown = "2m"', 'cooldown = "2m", max_value_per_action = "100 USD"');
    writeFileSync(bad, text, { mode: 0o600 });
    const { status, stdout } = plimsoll(binary, ['--config', bad, 'check', '--explain', '--json']);
    assert.equal(status, 6, stdout);
    const problems = JSON.parse(stdout).lines.filter(({ ok }) => !ok);
    const of = (what) => problems.find(({ name }) => name.endsWith(`: ${what}`));
    assert.match(of('room').mend, /raise `trigger` to 1\.0\d+/);
    assert.match(of('target').mend, /max_value_per_action/);
  });

  await test('what -20 % was said to do is what the daemon plans at that price', async () => {
    const said = JSON.parse(plimsoll(binary, ['--config', file, 'check', '--explain', '--json']).stdout)
      .explain.find(({ position }) => position === 'main-local-aave').steps[2];
    await stage.setPrice('160');
    await chain.mine();
    const plan = JSON.parse(plimsoll(binary, ['--config', file, 'plan', 'main-local-aave', '--json']).stdout);
    await stage.setPrice('200');
    await chain.mine();
    const chosen = plan.ladder[plan.rung - 1];
    const near = (a, b) => assert(Math.abs(Number(a) / Number(b) - 1) < 1e-4, `${a} and ${b}`);
    assert.equal(chosen.strategy, said.plan.strategy);
    near(chosen.repaid_base, said.plan.repaid_base);
    near(chosen.health_factor_after, said.plan.health_factor_after);
  });

  await test('positions --watch redraws in place, fits the window, and leaves the terminal as it was', async () => {
    const terminal = new Terminal([binary, '--config', file, 'positions', '--watch', '--every', '1'],
      { then: '; echo "ended with $?"; stty -a' });
    await terminal.shows('main-local-aave');
    assert(terminal.screen.startsWith('\x1b[?1049h'), JSON.stringify(terminal.screen.slice(0, 40)));
    const { number } = await chain.mine().then(() => chain.head());
    await terminal.shows(`block ${number} `);
    await stage.setPrice('170');
    await chain.mine();
    await terminal.shows(/\x1b\[1;31m1\.1\d+/);  // below its trigger: in red
    terminal.resize(40, 5);
    terminal.forget();
    await terminal.shows(/ more[^]*\x1b\[H/);  // drawn to its end
    const drawn = terminal.screen.split('\x1b[H').find((frame) => frame.includes(' more'));
    for (const line of drawn.split('\r\n')) assert(line.replace(/\x1b\[[0-9;?]*[A-Za-z]|\r/g, '').length <= 40, line);
    assert(drawn.split('\r\n').length <= 5, drawn);
    terminal.type('q');
    await terminal.ended;
    assert.match(terminal.screen, /\x1b\[\?25h\x1b\[\?1049l.*ended with 0/s);
    const settings = terminal.screen.slice(terminal.screen.indexOf('ended with'));
    assert(/[^-]echo\b/.test(settings) && /[^-]icanon\b/.test(settings), settings);
    await stage.setPrice('200');
    await chain.mine();
  });

  await test('what takes long is shown on a terminal while it does, and nowhere else', async () => {
    let release;
    const shown = new Promise((done) => { release = done; });
    let calls = 0;
    const node = await NodeBetween.open(info.ws_url, { change: async ({ method }) => { if (method === 'eth_call' && ++calls > 1) await shown; } });
    const args = ['positions', '--rpc', node.ws, '--market', info.aave.addresses_provider, '--address', alice];
    const terminal = new Terminal([binary, ...args]);
    await terminal.shows(/\r\x1b\[Kreading: [^\r]* \d+ answers/);
    release();
    assert.equal(await terminal.ended, 0, terminal.screen);
    assert.match(terminal.screen, /answers[^\r]*\r\x1b\[K[^\r]*position/, 'the line is gone before the answer');
    const { status, stdout, stderr } = await plimsollBeside(binary, args);
    node.close();
    assert.equal(status, 0, stderr);
    assert.deepEqual([stderr, stdout.includes('\x1b')], ['', false]);
  });

  await test('Ctrl-C ends it as well, and NO_COLOR has no colours', async () => {
    const terminal = new Terminal([binary, '--config', file, 'positions', '--watch'], { then: '; echo "ended with $?"', env: { NO_COLOR: '1' } });
    await terminal.shows('main-local-aave');
    terminal.type('\x03');
    await terminal.ended;
    assert.match(terminal.screen, /ended with 0/);
    assert(!/\x1b\[[0-9;]*m/.test(terminal.screen), JSON.stringify(terminal.screen));
  });

  await test('without a terminal --watch prints a line for each position and block', async () => {
    const child = spawn(binary, ['--config', file, 'positions', '--watch', '--every', '1'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (data) => { out += data; });
    const ended = new Promise((done) => child.on('close', (code) => done(code)));
    await until('a first block', 20_000, () => out.split('\n').length >= 4);
    await chain.mine();
    const { number } = await chain.head();
    await until('the next block', 20_000, () => out.includes(`block ${number} main-local-aave`));
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert(!out.includes('\x1b'), JSON.stringify(out));
    assert.match(out, /^\d{4}-\d\d-\d\d [\d:]+ UTC block \d+ \S+ dry-run health [\d.]+ trigger [\d.]+ /m);
  });
  await stage.close();
  const guarded = await GuardStage.open();
  try {
    await test('a sale of collateral is foreseen, with the pools moved along', async () => {
      await guarded.catchUp();
      await guarded.wallet({ supply: { WETH: '100' }, borrow: { USDC: '12500' } });
      const place = await guarded.folder({ reference: '30m' });
      const { stdout, stderr } = plimsoll(binary, ['--config', place.config, 'check', '--explain', '--json']);
      assert(stdout.length > 0, stderr);
      const [mine] = JSON.parse(stdout).explain;
      const { lines } = JSON.parse(stdout);
      for (const what of ['policy', 'expiry', 'budget', 'access', 'gas money']) {
        assert(lines.some(({ name }) => name === `position alice-aave: ${what}`), `${what} in ${stdout}`);
      }
      const said = mine.steps[1];
      assert.equal(said.plan?.strategy, 'repay-with-collateral', JSON.stringify(said));
      await guarded.fall('180');
      const plan = JSON.parse(plimsoll(binary, ['--config', place.config, 'plan', 'alice-aave', '--json']).stdout);
      const [first] = plan.ladder;
      const near = (a, b, part) => assert(Math.abs(Number(a) / Number(b) - 1) < part, `${a} and ${b}`);
      assert.equal(first.strategy, said.plan.strategy, JSON.stringify(plan.ladder));
      near(first.repaid_base, said.plan.repaid_base, 0.01);
      near(first.cost_base, said.plan.cost_base, 0.2);
      near(first.health_factor_after, said.plan.health_factor_after, 0.001);
      place.remove();
    });
  } finally {
    await guarded.close();
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`${passed()} passed`);
} catch (error) {
  error.message += `\nfiles: ${folder}`;
  throw error;
} finally {
  await stage.close();
}
