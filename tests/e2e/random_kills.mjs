// SPDX-License-Identifier: Apache-2.0
// Kills and pauses at random times on a rescue's way, with a chain that goes on: the chain must see what it would have seen without
// them. --runs N (the thousand of the fault list: --runs 1000, about two hours), --seed S repeats a run bit for bit in what is done
// and when, --at N plays the Nth run alone.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { assertOnce, onStage, rescued } from './outcome.mjs';
import { passed, test } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';
import { random } from './toxic_proxy.mjs';

const { values } = parseArgs({ options: {
  plimsoll: { type: 'string' }, runs: { type: 'string', default: '20' }, seed: { type: 'string', default: '1876' }, at: { type: 'string' } } });
const LIMIT = 60_000;
// A rescue takes about a second here, a start another one: early and late kills, and some while it starts.
const WITHIN_MS = 1_500;
const KILLS_MOST = 3;  // fewer in a row than make it watch only

/// What is done to the process: [{ after: ms, kill } or { after, pause: ms }].
function plan(next) {
  return Array.from({ length: 1 + Math.floor(next() * KILLS_MOST) }, () => {
    const after = Math.floor(next() * WITHIN_MS);
    return next() < 0.75 ? { after, kill: true } : { after, pause: 200 + Math.floor(next() * 1_500) };
  });
}

async function play(stage, faults) {
  return onStage(stage, values.plimsoll, {}, async ({ place, begin, daemon }) => {
    let one = daemon();
    await one.start();
    await stage.setPrice(ENDANGERED);
    for (const { after, kill, pause } of faults) {
      await sleep(after);
      assert.equal(one.ended, null, `it ended by itself: ${one.tail()}`);
      if (kill) {
        one.child.kill('SIGKILL');
        await one.exit;
        one = daemon();
        one.spawn();
      } else {
        one.child.kill('SIGSTOP');
        await sleep(pause);
        one.child.kill('SIGCONT');
      }
    }
    await until('the rescue', LIMIT, () => rescued(stage));
    await assertOnce(stage, values.plimsoll, place, begin, JSON.stringify(faults));
    await until('it is ready', LIMIT, async () => (await fetch(`http://127.0.0.1:${place.port}/-/ready`).then((r) => r.status, () => 0)) === 200);
    assert.equal(await one.stop(), 0, 'the last one ends cleanly');
  });
}

const seed = Number(values.seed);
const runs = values.at === undefined ? Array.from({ length: Number(values.runs) }, (_, i) => i) : [Number(values.at)];
const stage = await Stage.open();
try {
  for (const run of runs) {
    const faults = plan(random(seed * 100_003 + run));
    const text = faults.map(({ after, pause }) => `${after} ms ${pause === undefined ? 'kill' : `pause of ${pause}`}`).join(', ');
    await test(`D08 run ${run} of seed ${seed}: ${text}`, () => play(stage, faults).catch((error) => {
      error.message += `\nreplay: node tests/e2e/random_kills.mjs --plimsoll ${values.plimsoll} --seed ${seed} --at ${run}`;
      throw error;
    }));
  }
  console.log(`${passed()} runs, every rescue completed once`);
} finally {
  await stage.close();
}
