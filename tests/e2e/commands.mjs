// SPDX-License-Identifier: Apache-2.0
// Every command against a real chain, directly and over a fork of it: exit codes, data on standard output, and the numbers
// equal to the contract's at the same block.
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { accountData } from '../devnet/lib/aave.mjs';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { passed, test } from './report.mjs';
import { ENDANGERED, HEALTHY, plimsoll, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const said = [];  // what the daemon and the commands let others see

function run(place, ...args) {
  const result = plimsoll(values.plimsoll, ['--config', place.config, ...args]);
  said.push(Buffer.from(result.stdout + result.stderr));
  return result;
}
function json(place, ...args) {
  const { status, stdout, stderr } = run(place, ...args);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/// The six numbers of getUserAccountData at the block that the view names.
async function assertEqualsContract(devnet, view) {
  const block = await devnet.chain.rpc.call('eth_getBlockByNumber', [`0x${view.block.number.toString(16)}`, false]);
  assert.equal(view.block.hash, block.hash);
  assert.equal(view.block.timestamp, Number(block.timestamp));
  const theirs = await accountData(devnet, view.address, block.number);
  const ours = [view.collateral_base, view.debt_base, view.available_borrow_base, view.liquidation_threshold, view.ltv, view.health_factor];
  assert.deepEqual(ours.map(BigInt), [theirs.collateral, theirs.debt, theirs.available, theirs.threshold, theirs.ltv, theirs.healthFactor]);
}

const stage = await Stage.open(['alice', 'bob']);
const place = await stage.folder();
let daemon = null;
try {
  const provider = stage.devnet.info.aave.addresses_provider;
  await stage.devnet.chain.mine();

  await test('positions --json equals the contract for every wallet', async () => {
    const views = json(place, 'positions', '--json');
    assert.equal(views.length, 2);
    for (const view of views) await assertEqualsContract(stage.devnet, view);
  });

  await test('positions --block reads an earlier block', async () => {
    const before = (await stage.devnet.chain.head()).number;
    await stage.setPrice('190');
    await stage.devnet.chain.mine(3);
    for (const view of json(place, 'positions', '--json', '--block', String(before))) {
      assert.equal(view.block.number, before);
      await assertEqualsContract(stage.devnet, view);
    }
    await stage.setPrice(HEALTHY);
    await stage.devnet.chain.mine();
  });

  await test('positions of any address needs no configuration', async () => {
    const args = ['positions', '--json', '--rpc', stage.devnet.info.http_url, '--market', provider, '--address', stage.wallets[0].address];
    const { status, stdout, stderr } = plimsoll(values.plimsoll, args, { cwd: '/' });
    assert.equal(status, 0, stderr);
    await assertEqualsContract(stage.devnet, JSON.parse(stdout)[0]);
  });

  await test('over a fork the numbers are the contract\'s too', async () => {
    const fork = await startDevnet({ forkUrl: stage.devnet.info.http_url, base: stage.devnet.info });
    try {
      const args = ['positions', '--json', '--rpc', fork.info.ws_url, '--market', provider, '--address', stage.wallets[1].address];
      const { status, stdout, stderr } = plimsoll(values.plimsoll, args, { cwd: '/' });
      assert.equal(status, 0, stderr);
      await assertEqualsContract(fork, JSON.parse(stdout)[0]);
    } finally {
      await fork.stop();
    }
  });

  await test('check --online says ok line by line', async () => {
    const { status, stdout, stderr } = run(place, 'check', '--online');
    assert.equal(status, 0, stdout + stderr);
    for (const word of ['chain local', 'market local', 'alice-aave: audit', 'alice-aave: gas']) assert(stdout.includes(word), `${word} in\n${stdout}`);
  });

  await test('check finds a key file that others can read, and says how to mend it', async () => {
    const pass = join(place.folder, 'alice.pass');
    chmodSync(pass, 0o644);
    const { status, stdout } = run(place, 'check');
    chmodSync(pass, 0o600);
    assert.equal(status, 3);
    assert(stdout.includes(`chmod 600 ${pass}`), stdout);
  });

  await test('N22 a node of another chain is refused', async () => {
    const wrong = join(place.folder, 'wrong.toml');
    writeFileSync(wrong, readFileSync(place.config, 'utf8').replace(/id = \d+/, 'id = 5'), { mode: 0o600 });
    const { status, stdout } = plimsoll(values.plimsoll, ['--config', wrong, 'check', '--online'], { timeout: 90_000 });
    assert.equal(status, 4, stdout);
  });

  await test('above the trigger there is nothing to plan', async () => {
    const plan = json(place, 'plan', 'alice-aave', '--json');
    assert.equal(plan.would_act, false);
    assert(BigInt(plan.health_factor) > 1_200_000_000_000_000_000n);
  });

  await stage.setPrice(ENDANGERED);
  await stage.devnet.chain.mine();
  await test('below the trigger the plan is simulated and sent by nobody', async () => {
    const nonce = await stage.nonce();
    const plan = json(place, 'plan', 'alice-aave', '--json');
    assert.equal(plan.would_act, true, JSON.stringify(plan, null, 1));
    assert(plan.calls.length >= 1);
    assert(BigInt(plan.health_factor_expected) >= 1_450_000_000_000_000_000n);
    assert.equal(await stage.nonce(), nonce);
    const chosen = plan.ladder[plan.rung - 1];
    assert.equal(chosen.strategy, 'repay-from-wallet');
    assert(BigInt(chosen.health_factor_after) >= 1_450_000_000_000_000_000n);
    assert(BigInt(chosen.repaid_base) > 0n);
    const { stdout } = run(place, 'plan', 'alice-aave');
    assert.match(stdout, /^> 1 +repay/m);
    assert.match(stdout, /before: health factor 1\.18/);
  });
  await test('why names every gate with its numbers', async () => {
    const why = json(place, 'why', 'alice-aave', '--json');
    assert(why.gates.length >= 8, JSON.stringify(why.gates));
    assert.deepEqual(why.gates.filter(({ passed: ok }) => !ok).map(({ name }) => name), ['mode']);
  });
  await test('an unknown position is a usage error', async () => assert.equal(run(place, 'why', 'alice-aaev').status, 2));

  await test('run --dry-run decides and sends nothing', async () => {
    const nonce = await stage.nonce();
    const { status, stderr } = run(place, 'run', '--dry-run', '--once');
    assert.equal(status, 0, stderr);
    assert(stderr.includes('DRY RUN'), stderr);
    assert.equal(await stage.nonce(), nonce);
  });

  await test('D16 the daemon rescues both, and a second one on its journal is refused', async () => {
    stage.run();
    daemon = stage.daemon(values.plimsoll, place);
    await daemon.start();
    for (const name of ['cmdline', 'environ']) said.push(readFileSync(`/proc/${daemon.child.pid}/${name}`));
    const twin = run(place, 'run');
    assert.notEqual(twin.status, 0);
    for (const wallet of stage.wallets) {
      await until(`${wallet.name} is rescued`, 20_000, async () => (await stage.health(wallet)) > 1_430_000_000_000_000_000n);
    }
    await until('both are settled', 20_000, () => {
      const steps = json(place, 'history', '--json');
      return steps.filter(({ purpose }) => purpose === 'rescue').length === 2 && steps.every(({ stage: end }) => end === 'settled');
    });
  });
  await test('metrics tell what happened', async () => {
    for (const path of ['metrics', '-/ready', '-/healthy'])
      said.push(Buffer.from(await fetch(`http://127.0.0.1:${place.port}/${path}`).then((r) => r.arrayBuffer())));
    await until('the figures are there', 5_000, async () => {
      const text = await fetch(`http://127.0.0.1:${place.port}/metrics`).then((r) => r.text());
      return /plimsoll_position_health_factor\{[^}]*position="alice-aave"[^}]*\} 1\.4/.test(text) && text.includes('plimsoll_build_info');
    });
  });
  await test('X08 SIGHUP with a broken file keeps the old one and says so', async () => {
    const text = readFileSync(place.config, 'utf8');
    writeFileSync(place.config, text.replace('trigger = "1.20"', 'triger = "1.20"'), { mode: 0o600 });
    daemon.child.kill('SIGHUP');
    await until('the failure is in the metrics', 5_000, async () =>
      /plimsoll_config_last_reload_successful 0/.test(await fetch(`http://127.0.0.1:${place.port}/metrics`).then((r) => r.text())));
    writeFileSync(place.config, text, { mode: 0o600 });
    daemon.child.kill('SIGHUP');
    await until('the repair is in the metrics', 5_000, async () =>
      /plimsoll_config_last_reload_successful 1/.test(await fetch(`http://127.0.0.1:${place.port}/metrics`).then((r) => r.text())));
  });
  await test('X10 SIGTERM ends it cleanly within five seconds', async () => {
    const started = Date.now();
    assert.equal(await daemon.stop(), 0);
    assert(Date.now() - started < 5_000);
  });
  await test('history tells both rescues', async () => {
    const repaid = json(place, 'history', '--json').filter(({ purpose }) => purpose === 'rescue');
    assert.equal(repaid.length, 2);
    assert(repaid.every(({ outcome }) => outcome === 'rescued'));
  });
  await test('every recording replays to the same decisions', async () => {
    const folder = join(place.folder, 'data', 'recordings');
    for (const file of readdirSync(folder)) {
      const { status, stdout, stderr } = run(place, 'replay', join(folder, file), '--verify');
      assert.equal(status, 0, stderr);
      assert(/^[1-9]\d* decisions, 0 differ/.test(stdout), stdout);
    }
  });
  await test('K08 no key and no passphrase is in anything that was written, shown or passed', async () => {
    const own = new Set(stage.wallets.flatMap(({ name }) => [`${name}.json`, `${name}.pass`]));
    const files = readdirSync(place.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !own.has(entry.name)).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    assert(['plimsoll.log', 'journal.db', 'recordings'].every((name) => files.some((file) => file.includes(name))), files.join());
    const everything = [...said, ...files.map((file) => readFileSync(file))];
    for (const { name, address, private_key: key } of stage.wallets) {
      assert(everything.some((text) => text.toString('latin1').toLowerCase().includes(address.toLowerCase())), 'nothing was searched');
      const raw = Buffer.from(key.slice(2), 'hex');
      const passphrase = readFileSync(join(place.folder, `${name}.pass`), 'utf8');
      const hex = raw.toString('hex');
      const forms = [raw, hex, hex.toUpperCase(), raw.toString('base64'), passphrase];
      for (const form of forms) assert(everything.every((text) => !text.includes(form)), `a secret of ${name} was told`);
    }
  });
  await test('a recording that was changed does not replay', async () => {
    const folder = join(place.folder, 'data', 'recordings');
    const longest = readdirSync(folder).map((f) => join(folder, f)).sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0];
    writeFileSync(longest, readFileSync(longest, 'utf8').replaceAll('"1200000000000000000"', '"1100000000000000000"'));
    assert.equal(run(place, 'replay', longest, '--verify').status, 9);
  });
  place.remove();
  console.log(`${passed()} passed`);
} catch (error) {
  error.message += `\nfiles: ${place.folder}`;
  throw error;
} finally {
  if (daemon !== null && daemon.ended === null) daemon.child.kill('SIGKILL');
  await stage.close();
}
