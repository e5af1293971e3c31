// SPDX-License-Identifier: Apache-2.0
// Two hosts believe that they are the one that acts: each has a journal of its own, the same key and the same position. Both use the
// lowest nonce, so the chain carries out one of them. usage: node tests/e2e/two_daemons.mjs --plimsoll FILE
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values: options } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const LIMIT_MS = 30_000;

const stage = await Stage.open();
const places = [await stage.folder(), await stage.folder()];
const daemons = places.map((place) => stage.daemon(options.plimsoll, place));

async function test_H02_both_act() {
  stage.run();
  for (const daemon of daemons) await daemon.start();
  await until('both have looked at the key and watched for a while', LIMIT_MS,
    async () => (await Promise.all(daemons.map((daemon) => daemon.readiness()))).every((text) => !/watches first/.test(text)));
  const before = await stage.nonce();
  const { number } = await stage.devnet.chain.head();
  await stage.setPrice(ENDANGERED);
  await until('the rescue', LIMIT_MS, async () => (await stage.health()) > 1_400_000_000_000_000_000n);
  const steps = (await stage.nonce()) - before;
  const end = (await stage.devnet.chain.head()).number + 20;
  await until('twenty blocks more', LIMIT_MS, async () => (await stage.devnet.chain.head()).number >= end);
  assert.equal((await stage.repays(number)).length, 1, 'one repayment');
  assert.equal((await stage.nonce()) - before, steps, 'nothing was sent after it');
  assert((await stage.health()) < 1_500_000_000_000_000_000n, 'not beyond the target');
  const acted = daemons.map((daemon) => (daemon.said().match(/outcome=acting/g) ?? []).length);
  assert(acted.every((count) => count > 0), `both acted: ${acted}`);
  for (const daemon of daemons) assert.equal(await daemon.stop(), 0);
  return `${steps} transactions, one repayment; decisions to act: ${acted.join(' and ')}`;
}

try {
  console.log(`ok   H02 both act: ${await test_H02_both_act()}`);
} catch (error) {
  for (const daemon of daemons) console.error(daemon.tail(6_000));
  throw error;
} finally {
  for (const daemon of daemons) await daemon.stop();
  for (const place of places) place.remove();
  await stage.close();
}
