// SPDX-License-Identifier: Apache-2.0
// What a rescue from idle funds must leave behind, whatever happened to the process or the nodes on the way.
import assert from 'node:assert/strict';
import { plimsoll, until } from './stage.mjs';

const TARGET = 1_450_000_000_000_000_000n;
const NEAR = 20_000_000_000_000_000n;  // of the target, for interest and the price's own steps

export async function rescued(stage, wallet) {
  return (await stage.health(wallet)) > TARGET - NEAR;
}

/// Taken before the price falls.
export async function before(stage) {
  return { block: (await stage.devnet.chain.head()).number + 1, nonce: await stage.nonce() };
}

export function steps(binary, place) {
  const { status, stdout, stderr } = plimsoll(binary, ['--config', place.config, 'history', '--json']);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).reverse();
}

/// One approval and one repayment, no nonce twice, the position at its target, nothing left open in the journal.
export async function assertOnce(stage, binary, place, begin, what) {
  const ended = () => steps(binary, place).every(({ stage: end }) => end === 'settled' || end === 'abandoned');
  await until(`${what}: the journal closes`, 20_000, ended);
  const health = await stage.health();
  assert(health > TARGET - NEAR && health < TARGET + NEAR, `${what}: health factor ${health}`);
  const repays = new Set((await stage.repays(begin.block)).map(({ transaction }) => transaction));
  assert.equal(repays.size, 1, `${what}: ${repays.size} repayments`);
  const history = steps(binary, place);
  assert.equal(await stage.nonce(), begin.nonce + 2, `${what}: an approval and a repayment; the journal: ${JSON.stringify(history)}`);
  const settled = history.filter(({ stage: end }) => end === 'settled');
  assert.deepEqual(settled.map(({ nonce }) => nonce), [begin.nonce, begin.nonce + 1], `${what}: nonces in the journal`);
}

/// Plays `body({ stage, place, begin, daemon })` on a chain that is as it was afterwards. settings: of the folder; pace: ms between
/// blocks.
export async function onStage(stage, binary, { settings = {}, pace, run = true } = {}, body) {
  const snapshot = await stage.devnet.chain.rpc.call('evm_snapshot', []);
  await stage.catchUp();
  const place = await stage.folder(settings);
  const daemons = [];
  const daemon = (other = binary) => {
    daemons.push(stage.daemon(other, place));
    return daemons.at(-1);
  };
  try {
    const begin = await before(stage);
    if (run) stage.run(pace);
    const result = await body({ place, begin, daemon });
    place.remove();
    return result;
  } catch (error) {
    error.message += `\nfiles: ${place.folder}`;
    throw error;
  } finally {
    for (const one of daemons) {
      if (one.ended !== null || one.child === undefined) continue;
      one.child.kill('SIGCONT');
      one.child.kill('SIGKILL');
      await one.exit;
    }
    await stage.pause();
    await stage.devnet.chain.rpc.call('anvil_dropAllTransactions', []);
    await stage.devnet.chain.rpc.call('evm_revert', [snapshot]);
  }
}
