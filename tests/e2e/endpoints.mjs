// SPDX-License-Identifier: Apache-2.0
// Nodes that fail while the price falls: the daemon follows and reads another one, misses nothing and rescues once. --only WORD
// runs the stories whose names have it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { proxy } from './proxy.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, plimsoll, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const TARGET = 1_450_000_000_000_000_000n;
const NEAR = 20_000_000_000_000_000n;  // of the target, for interest and the price's own steps

/// { rpc(first, second): the nodes as configured, before(first, second): ahead of the daemon's start, fails(first, second): once it
/// follows, during(...): after the price fell, alerts: whether the change is told, limit: ms until the rescue }
const sockets = ([first, second]) => [`ws://127.0.0.1:${first.port}`, `ws://127.0.0.1:${second.port}`];
const STORIES = {
  'N01 the followed node resets every connection and stays away': { fails: ([first]) => first.cut(), alerts: true },
  'N03 the followed node keeps its connections and says nothing': { fails: ([first]) => first.mute(), alerts: true, limit: 20_000 },
  'every node is away while the price falls': {
    fails: ([first, second]) => { first.cut(); second.cut(); },
    during: async ([first, second]) => {
      await sleep(3_000);
      second.restore();
      first.restore();
    },
    limit: 20_000,
  },
  'N39 the only one left comes and goes': {
    fails: ([first, second]) => { first.cut(); second.cut(); second.restore(); },
    during: async ([, second]) => {
      for (let i = 0; i < 3; ++i) {
        await sleep(400);
        second.cut();
        await sleep(200);
        second.restore();
      }
    },
    limit: 30_000,
  },
  'the followed node is not there at the start': { before: ([first]) => first.cut(), fails: () => {}, alerts: true },
  'the other node is away all the time': { before: ([, second]) => second.cut(), fails: () => {}, alerts: false },
  'the other node cannot notify': {
    rpc: ([first, second]) => [`ws://127.0.0.1:${first.port}`, `http://127.0.0.1:${second.port}`],
    fails: ([first]) => first.cut(), alerts: true,
  },
};

async function story(stage, { rpc = sockets, before = () => {}, fails, during = async () => {}, alerts, limit = 15_000 }) {
  const nodes = [await proxy(stage.devnet.info.ws_url), await proxy(stage.devnet.info.ws_url)];
  try {
    return await stage.story(async (scene) => {
      scene.place = await stage.folder({ chain: { rpc: rpc(nodes), block_time: '1s', max_head_age: '10s' } });
      const begin = { block: (await stage.devnet.chain.head()).number + 1, nonce: await stage.nonce() };
      stage.run();
      before(nodes);
      scene.daemon = stage.daemon(values.plimsoll, scene.place);
      await scene.daemon.start();
      fails(nodes);
      await stage.setPrice(ENDANGERED);
      const began = Date.now();
      await during(nodes);
      await until('the rescue', limit, async () => (await stage.health()) > TARGET - NEAR);
      const took = Date.now() - began;
      await stage.pause();  // anvil may show a block's state before its logs
      const repays = new Set((await stage.repays(begin.block)).map(({ transaction }) => transaction));
      assert.equal(repays.size, 1, `${repays.size} repayments`);
      assert.equal(await stage.nonce(), begin.nonce + 2, 'an approval and a repayment');
      const log = readFileSync(scene.daemon.log, 'utf8');
      const told = /following .*alert=endpoint/.test(log);
      if (alerts !== undefined) assert.equal(told, alerts, `${told ? 'told' : 'not told'} that another node is followed`);
      assert.doesNotMatch(log, /alert=endpoint-(odd|lied)/, 'an honest node is called a liar');
      for (const node of nodes) node.restore();
      assert.equal(await scene.daemon.stop(), 0, 'the daemon ends cleanly');
      const { status } = plimsoll(values.plimsoll, ['--config', scene.place.config, 'history', '--json']);
      assert.equal(status, 0);
      return took;
    });
  } finally {
    for (const node of nodes) node.close();
  }
}

const stage = await Stage.open();
try {
  await stories(STORIES, values.only, async (name, spec) => `rescued ${await story(stage, spec)} ms after the fall`);
} finally {
  await stage.close();
}
