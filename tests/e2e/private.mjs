// SPDX-License-Identifier: Apache-2.0
// Rescues that are shown to relays before they are shown to everybody: taken and included, dropped without a word, refused,
// called too cheap, aimed at block after block. What everybody sees is the node's pool of transactions.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { FALLEN, GuardStage } from './guard_stage.mjs';
import { Relay } from './relay.mjs';
import { stories } from './report.mjs';
import { plimsollBeside, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });

const SINGLE = { supply: { WETH: '100' }, borrow: { USDC: '12500' } };
const SOON_MS = 10_000;
const A_WHILE_MS = 400;  // in which a transaction would have come to the node

const stage = await GuardStage.open();
const { chain } = stage.devnet;

async function shown() {
  const { pending } = await chain.rpc.call('txpool_content', []);
  const own = Object.entries(pending).find(([from]) => from.toLowerCase() === stage.guardian());
  return own === undefined ? [] : Object.values(own[1]);
}

const until_shown = (what) => until(what, SOON_MS, async () => (await shown()).length > 0);
async function hidden(what) {
  await sleep(A_WHILE_MS);
  assert.deepEqual(await shown(), [], `${what}: everybody sees it`);
}

let relay = null;

const received = (count) => until(`${count} at the relay`, SOON_MS, () => relay.received.length >= count);

/// The price falls in a block of its own and no other follows by itself.
const fallAndWait = (price = FALLEN) => async () => {
  await stage.pause();
  await stage.fall(price);
};

/// relays: settings of the relay, others of the chain, and what happens once the price has fallen.
function story({ settings = {}, chain: others = {}, behaviour = 'takes', price, during, most = 1 }) {
  return {
    position: SINGLE,
    venues: async () => {
      relay = await Relay.open(stage.devnet);
      relay.behaviour = behaviour;
      return { relays: { stand_in: relay.settings(settings) }, chain: others };
    },
    fall: fallAndWait(price),
    during: async (begin) => {
      await during(begin);
      stage.run();
    },
    expect: { most },
    check: async (rescues, begin) => {
      assert.deepEqual(relay.faults, []);
      assert.equal(await stage.nonce(stage.wallets[0].guardian) - begin.nonce, rescues.length, 'one transaction per rescue');
      for (const { maxPriorityFeePerGas, nonce } of relay.received) {
        assert(maxPriorityFeePerGas > 0n, 'P12: relays drop what pays no tip');
        assert(nonce >= begin.nonce);
      }
      for (const method of relay.methods) assert(method.startsWith('eth_send') || method === 'eth_blockNumber', `P05 P10: asked for ${method}`);
      assert(!relay.identities.has(stage.wallets[0].guardian.address), 'P11: the wallet’s key signed for the relay');
    },
    after: () => relay?.stop(),
  };
}

const STORIES = {
  'R19 what has time is seen by the relay alone': story({
    during: async () => {
      await received(1);
      await hidden('given to the relay');
      const [{ last, head }] = relay.received;
      assert.equal(last, head + 25);
      await relay.include(relay.received[0]);
    },
  }),
  'P02 P06 P08 a relay that takes it and never includes it': story({
    during: async () => {
      await received(1);
      await chain.mine();
      await received(2);
      await hidden('after one block');
      assert.equal(relay.received[1].hash, relay.received[0].hash, 'the same bytes with every block');
      await chain.mine();
      await until_shown('after two blocks it is shown to all');
    },
  }),
  'P01 a relay that is not there': story({
    during: async () => until_shown('in the same block'),
    behaviour: 'hangs',
  }),
  'P11 a relay that refuses our signature': story({
    during: async () => {
      await until_shown('in the same block');
      const place = await stage.folder({ relays: { stand_in: relay.settings() } });
      const refused = await plimsollBeside(values.plimsoll, ['--config', place.config, 'check', '--online']);
      assert.notEqual(refused.status, 0);
      assert.match(refused.stdout, /relay stand_in: HTTP 403: it refuses us/);
      relay.behaviour = 'takes';
      const { stdout } = await plimsollBeside(values.plimsoll, ['--config', place.config, 'check', '--online']);
      assert.match(stdout, /relay stand_in.*answers 0x/);
      place.remove();
    },
    behaviour: 'refuses',
  }),
  'P13 a relay that took something else': story({
    during: async () => until_shown('in the same block'),
    behaviour: 'lies',
  }),
  'P02 a relay that says that it has lost it': story({
    chain: { private_blocks: '20 blocks' },
    during: async () => {
      await received(1);
      relay.states.set(relay.received[0].hash, { status: 'FAILED', simError: 'Other' });
      await chain.mine();
      await until_shown('once the relay has said so');
    },
  }),
  'P03 P10 a fee that the relay calls too low is raised at once, and the first is included all the same': story({
    chain: { private_blocks: '20 blocks', replace_after: '20 blocks' },
    during: async () => {
      await received(1);
      const [first] = relay.received;
      relay.states.set(first.hash, { status: 'PENDING', simError: 'SimErrorMaxFeePerGasTooLow' });
      await chain.mine();
      await until('a dearer one', SOON_MS, () => relay.received.some(({ hash }) => hash !== first.hash));
      const second = relay.received.find(({ hash }) => hash !== first.hash);
      assert.equal(second.nonce, first.nonce);
      assert(second.maxFeePerGas * 10n >= first.maxFeePerGas * 11n && second.maxPriorityFeePerGas * 10n >= first.maxPriorityFeePerGas * 11n);
      await hidden('the dearer one');
      await relay.include(first);
    },
  }),
  'P07 a private transaction is replaced by time, for no relay says underpriced': story({
    chain: { private_blocks: '20 blocks', replace_after: '2 blocks' },
    during: async () => {
      await received(1);
      await chain.mine();
      await received(2);
      await chain.mine();
      await until('a dearer one', SOON_MS, () => new Set(relay.received.map(({ hash }) => hash)).size === 2);
      await hidden('the dearer one');
      await relay.include(relay.received.at(-1));
    },
  }),
  'P09 bundles are aimed at each next block': story({
    settings: { kind: 'bundle', status_url: undefined },
    chain: { private_blocks: '20 blocks', replace_after: '2 blocks' },
    during: async () => {
      for (let i = 1; i <= 3; i += 1) {
        await received(i);
        await chain.mine();
      }
      await until('the fee is raised', SOON_MS, () => new Set(relay.received.map(({ hash }) => hash)).size > 1);
      for (const { target, head } of relay.received) assert.equal(target, head + 1);
      assert.equal(new Set(relay.received.map(({ uuid }) => uuid)).size, 1, 'each replaces the one before');
      await relay.include(relay.received.at(-1));
    },
  }),
  'near liquidation it goes everywhere at once': story({
    price: '156',
    during: async () => {
      await until_shown('in the same block');
      await received(1);
      assert.equal((await shown())[0].hash, relay.received[0].hash, 'the same bytes on all paths');
    },
    most: 2,
  }),
};

try {
  await stories(STORIES, values.only, async (name, spec) => {
    const started = Date.now();
    await stage.story(name, values.plimsoll, spec);
    return `${Date.now() - started} ms`;
  });
} finally {
  await stage.close();
}
