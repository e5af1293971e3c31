// SPDX-License-Identifier: Apache-2.0
// Kills the daemon at every step on a rescue's way and starts it again: the chain must see what it would have seen without
// the kill. One approval, one repayment, no nonce twice, nothing left open in the journal. With --guard the rescue is one
// transaction of the guardian, which sells of the wallet's own collateral.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GuardStage } from './guard_stage.mjs';
import { ENDANGERED, HEALTHY, plimsoll, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, trap: { type: 'string' }, only: { type: 'string' },
  guard: { type: 'boolean', default: false } } });

const TARGET = 1_450_000_000_000_000_000n;
const TRANSACTIONS = values.guard ? 1 : 2;  // an approval and a repayment, or the guardian's plan
const signer = ({ wallets: [wallet] }) => wallet.guardian ?? wallet;
const NEAR = 20_000_000_000_000_000n;  // of the target, for interest and the price's own steps

function trapped(stage, place, at) {
  const trace = join(place.folder, 'trace');
  const log = openSync(join(place.folder, 'trap.log'), 'a', 0o600);
  const child = spawn(resolve(values.trap), [place.config], {
    stdio: ['ignore', log, log],
    env: { ...process.env, PLIMSOLL_CRASH_TRACE: trace, ...(at ? { PLIMSOLL_CRASH_AT: String(at) } : {}) },
  });
  closeSync(log);
  const state = { child, ended: null, steps: () => (existsSync(trace) ? readFileSync(trace, 'utf8').split('\n').filter(Boolean) : []) };
  child.on('exit', (code, signal) => { state.ended = signal ?? code; });
  return state;
}

async function rescued(stage) {
  return (await stage.health()) > TARGET - NEAR;
}

function steps(place) {
  const { status, stdout, stderr } = plimsoll(values.plimsoll, ['--config', place.config, 'history', '--json']);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).reverse();
}

const closed = (place) => steps(place).every(({ stage }) => stage === 'settled' || stage === 'abandoned');

/// What the chain and the journal must show whatever happened on the way.
async function verify(stage, place, begin, what) {
  await until(`${what}: the journal closes`, 20_000, () => closed(place));
  const health = await stage.health();
  assert(health > TARGET - NEAR && health < TARGET + NEAR, `${what}: health factor ${health}`);
  const repays = new Set((await stage.repays(begin.block)).map(({ transaction }) => transaction));
  assert.equal(repays.size, 1, `${what}: ${repays.size} repayments`);
  assert.equal(await stage.nonce(signer(stage)), begin.nonce + TRANSACTIONS,
    `${what}: nothing but the rescue was sent; the journal: ${JSON.stringify(steps(place))}`);
  const used = steps(place).filter(({ stage: end }) => end === 'settled');
  const nonces = Array.from({ length: TRANSACTIONS }, (_, i) => begin.nonce + i);
  assert.deepEqual(used.map(({ nonce }) => nonce), nonces, `${what}: nonces in the journal`);
  if (values.guard) await stage.assertRescued(what, begin, { most: 1 });
  assert(used.every(({ succeeded }) => succeeded), `${what}: every transaction succeeded`);
}

/// One story from a fresh snapshot. With `at` the first daemon dies there and a second one takes over.
async function story(stage, at) {
  const snapshot = await stage.devnet.chain.rpc.call('evm_snapshot', []);
  await stage.catchUp();
  const place = await stage.folder();
  const begin = {
    block: (await stage.devnet.chain.head()).number + 1, nonce: await stage.nonce(signer(stage)), pocket: await stage.pocket?.(),
  };
  stage.run();
  const first = trapped(stage, place, at);
  let second = null;
  try {
    await until('the first daemon follows', 20_000, async () => {
      if (first.ended !== null) throw new Error(`the first daemon ended: ${readFileSync(join(place.folder, 'trap.log'))}`);
      return (await fetch(`http://127.0.0.1:${place.port}/-/ready`).then((r) => r.status, () => 0)) === 200;
    });
    await (values.guard ? stage.fall(ENDANGERED) : stage.setPrice(ENDANGERED));
    if (at === undefined) {
      await until('the rescue', 20_000, () => rescued(stage));
      await until('the journal closes', 20_000, () => closed(place));
    } else {
      await until(`the kill at step ${at}`, 20_000, () => first.ended !== null);
      assert.equal(first.ended, 'SIGKILL');
      second = stage.daemon(values.plimsoll, place);
      await second.start();
      await until('the rescue after the kill', 30_000, () => rescued(stage));
    }
    const passed = first.steps();
    await verify(stage, place, begin, at === undefined ? 'no kill' : `kill at ${at}, ${passed.at(-1)}`);
    if (second !== null) assert.equal(await second.stop(), 0, 'the second daemon ends cleanly');
    place.remove();
    return passed;
  } catch (error) {
    error.message += `\nfiles: ${place.folder}`;
    throw error;
  } finally {
    if (first.ended === null) first.child.kill('SIGKILL');
    if (second !== null && second.ended === null) second.child.kill('SIGKILL');
    await stage.pause();
    await stage.devnet.chain.rpc.call('anvil_dropAllTransactions', []);
    await stage.devnet.chain.rpc.call('evm_revert', [snapshot]);
  }
}

const stage = await (values.guard ? GuardStage : Stage).open();
try {
  if (values.guard) await stage.wallet({ supply: { WETH: '100' }, borrow: { USDC: '12500' } });
  assert((await stage.health()) > 1_300_000_000_000_000_000n, `health factor at ${HEALTHY} dollars`);
  const passed = await story(stage);
  console.log(`a rescue passes ${passed.length} steps: ${[...new Set(passed)].join(', ')}`);
  const kills = values.only ? [Number(values.only)] : passed.map((_, i) => i + 1);
  for (const at of kills) {
    await story(stage, at);
    console.log(`ok   D01 D03 D04 D05 D06 kill at step ${at} (${passed[at - 1]})`);
  }
  console.log(`${kills.length} kills, every rescue completed once`);
} finally {
  await stage.close();
}
