// SPDX-License-Identifier: Apache-2.0
// The real daemon and a real chain with a poisoned connection between them while the price falls: the eight toxics, as the only
// way to the chain where a node can be used like that, and on the followed one of two where it cannot. One rescue each time.
// --only WORD runs the stories whose names have it; --seed N poisons otherwise.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { assertOnce, onStage, rescued } from './outcome.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';
import { toxicProxy } from './toxic_proxy.mjs';

const { values } = parseArgs({ options: {
  plimsoll: { type: 'string' }, only: { type: 'string', default: '' }, seed: { type: 'string', default: '1876' } } });
const LIMIT = 45_000;

/// { toxic, alone: it is the only node, heal: ms after which the connection is good again, pace: ms between blocks, blockTime }
const STORIES = {
  latency: { toxic: { type: 'latency', latency: 100, jitter: 100 }, alone: true, pace: 1_200 },  // a few round trips a block
  'blocks faster than answers': {
    toxic: { type: 'latency', latency: 300, jitter: 150 }, alone: true, pace: 250, blockTime: '250ms',
  },
  bandwidth: { toxic: { type: 'bandwidth', rate: 100 }, alone: true },
  slicer: { toxic: { type: 'slicer', average_size: 64, delay: 1 }, alone: true },
  'slow close': { toxic: { type: 'slow_close', delay: 2_000 }, alone: true, drop: true },
  'limit, again and again': { toxic: { type: 'limit_data', bytes: 60_000 }, alone: true, heal: 6_000 },
  timeout: { toxic: { type: 'timeout', timeout: 3_000 } },
  'timeout of the only node': { toxic: { type: 'timeout', timeout: 1_000 }, alone: true, heal: 6_000 },
  reset: { toxic: { type: 'reset_peer', timeout: 50 } },
  'reset of the only node': { toxic: { type: 'reset_peer', timeout: 50 }, alone: true, heal: 6_000 },
  garbage: { toxic: { type: 'garbage', share: 0.01 } },
  'garbage from the only node': { toxic: { type: 'garbage', share: 0.001 }, alone: true, heal: 6_000 },
};

async function story(stage, name, { toxic, alone = false, drop = false, heal, pace = 400, blockTime = '1s' }) {
  const seed = Number(values.seed);
  const first = await toxicProxy(stage.devnet.info.ws_url, seed);
  const second = await toxicProxy(stage.devnet.info.ws_url, seed + 1);
  const rpc = [first, ...(alone ? [] : [second])].map(({ port }) => `ws://127.0.0.1:${port}`);
  const settings = { chain: { rpc, block_time: blockTime, max_head_age: '10s', call_deadline: '2s' } };
  try {
    return await onStage(stage, values.plimsoll, { settings, pace }, async ({ place, begin, daemon }) => {
      const one = daemon();
      await one.start();
      first.set(toxic);
      if (drop) first.drop();
      await stage.setPrice(ENDANGERED);
      const began = Date.now();
      const healed = heal === undefined ? null : setTimeout(() => first.clear(), heal);
      await until(`${name}: the rescue`, LIMIT, () => rescued(stage)).finally(() => clearTimeout(healed));
      const took = Date.now() - began;
      first.clear();
      await assertOnce(stage, values.plimsoll, place, begin, name);
      assert.equal(await one.stop(), 0, `${name}: the daemon ends cleanly`);
      return `rescued ${took} ms after the fall, ${first.connections()} connections`;
    });
  } finally {
    first.close();
    second.close();
  }
}

const stage = await Stage.open();
try {
  await stories(STORIES, values.only, (name, spec) => story(stage, name, spec));
} finally {
  await stage.close();
}
