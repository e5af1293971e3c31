// SPDX-License-Identifier: Apache-2.0
// Nodes that really differ: two anvils, the second forked from the first and gone its own way. It is another branch, or hangs
// blocks behind, or is the state behind a node that announces the first one's blocks, as a broken database would be. What is seen
// by whom, told, sent and not sent. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { setPrice } from '../devnet/lib/feeds.mjs';
import { sleep } from '../devnet/lib/rpc.mjs';
import { Blocks } from './blocks.mjs';
import { FALLEN, GuardStage } from './guard_stage.mjs';
import { NodeBetween } from './node_between.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, HEALTHY, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const SAFE = 1_430_000_000_000_000_000n;
const LIMIT_MS = 30_000;
const MAJORITY_BLOCKS = 5;
const BEHIND = 6;
const BLOCK_MS = 200;
const GUARDED = { supply: { WETH: '100' }, borrow: { USDC: '12500' } };
/// Compared between the nodes at every block from the start.
const NEAR = { warn: '1.35' };

/// The second anvil, from the first one's head or some blocks under it.
class OtherWorld {
  blocks = new Blocks();

  static async open(stage, under = 0) {
    const world = new OtherWorld();
    const { chain, info } = stage.devnet;
    const forkBlock = (await chain.head()).number - under;
    Object.assign(world, { stage, real: chain, nodes: [] });
    world.devnet = await startDevnet({ forkUrl: info.http_url, forkBlock, base: structuredClone(info) });
    await world.devnet.chain.setAutomine(false);
    return world;
  }

  /// A node of its own. "state": the first one's blocks, this one's state behind them.
  async node(kind) {
    const node = await NodeBetween.open((kind === 'state' ? this.stage : this).devnet.info.ws_url);
    if (kind === 'state') node.change = (request, answer) => this.instead(request, answer);
    this.nodes.push(node);
    return node;
  }

  async instead({ method, params: [call, at, changes = {}] }, answer) {
    if (method !== 'eth_call') return;
    const block = await this.real.rpc.call('eth_getBlockByHash', [at?.blockHash, false]).catch(() => null);
    if (block === null) return;
    delete answer.error;
    try {
      const when = { number: block.number, time: block.timestamp };
      answer.result = await this.devnet.chain.rpc.call('eth_call', [call, 'latest', changes, when]);
    } catch ({ code = 3, message, data }) {
      delete answer.result;
      answer.error = { code, message, data };
    }
  }

  /// The price there.
  async price(price) {
    const mining = this.blocks.running;
    await this.pause();
    await setPrice(this.devnet, 'WETH', price, { wait: false });
    await this.devnet.chain.mine();
    if (mining) this.run();
  }

  run(step = () => this.devnet.chain.mine()) {
    this.blocks.start(step, BLOCK_MS);
  }

  /// Follows the first one, always so many blocks behind.
  trail(blocks) {
    const { http_url: jsonRpcUrl } = this.stage.devnet.info;
    this.run(async () => {
      const { number } = await this.real.head();
      await this.devnet.chain.rpc.call('anvil_reset', [{ forking: { jsonRpcUrl, blockNumber: number - blocks } }]);
    });
  }

  pause = () => this.blocks.stop();

  async close() {
    await this.pause();
    for (const node of this.nodes) node.close();
    await this.devnet.stop();
  }
}

const safe = async (at) => (await at.stage.health()) > SAFE;
const told = (at, kind) => until(`the alert ${kind}`, LIMIT_MS, () => at.log().includes(`alert=${kind}`));
const over = (at, kind) => until(`the end of ${kind}`, LIMIT_MS, () => new RegExp(`the nodes say the same of it again.*alert=${kind}`).test(at.log()));
const waited = (blocks) => {
  assert.ok(blocks > MAJORITY_BLOCKS, `${blocks} blocks after the fall`);
  return `rescued ${blocks} blocks after the fall`;
};
const rescue = (at) => until('the rescue', LIMIT_MS, () => safe(at));

/// Of rescues, for more blocks than any rule waits; an allowance may be given ahead.
async function nothingIsSent(at, ms = 5_000) {
  await sleep(ms);
  assert.deepEqual(await at.stage.repays(at.begin), [], 'nothing is sent');
}

const STORIES = {
  'N36 the second node reads a danger that is not there: alarm by its reading, nothing is sent; then a true one is seen by both': {
    play: async (at) => {
      await at.world.price(ENDANGERED);
      await told(at, 'nodes-differ');
      assert.match(at.log(), /1 of 2 agree with our health factor 1\.3\d.* reads 1\.1\d/);
      await until('the alarm by the worse reading', LIMIT_MS, () => /as another node reads it.*alert=below-trigger/.test(at.log()));
      await nothingIsSent(at);
      await at.world.price(HEALTHY);
      await over(at, 'nodes-differ');
      await at.world.price(ENDANGERED);
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      return 'alarmed, and rescued when it was true';
    },
  },
  'N36 the second node does not see a true danger: alarm, nothing is sent for some blocks; where there is no guard, then from the wallet': {
    play: async (at) => {
      const { blockNumber } = await at.stage.devnet.chain.receipt(await at.stage.setPrice(ENDANGERED));
      await rescue(at);
      assert.match(at.log(), /alert=nodes-differ/);
      assert.match(at.log(), /not acting: majority/);
      const [{ transaction }] = await at.stage.repays(at.begin);
      return waited(Number((await at.stage.devnet.chain.receipt(transaction)).blockNumber) - Number(blockNumber));
    },
  },
  'N36 one of three does not see a true danger: alarm, it is left, and the rescue is made': {
    nodes: ['real', 'real', 'state'],
    play: async (at) => {
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      assert.match(at.log(), /alert=nodes-differ/);
      assert.match(at.log(), /is not that of most other nodes/);
      return 'rescued';
    },
  },
  'N36 the followed one of three reads a danger that is not there: it is left, and nothing is sent; a true one is acted on': {
    nodes: ['state', 'real', 'real'],
    play: async (at) => {
      await at.world.price(ENDANGERED);
      await told(at, 'nodes-differ');
      await until('it is left', LIMIT_MS, () => /is not that of most other nodes/.test(at.log()));
      await nothingIsSent(at);
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      return 'left, then rescued';
    },
  },
  'N37 the second node is on another branch: neither its danger nor its calm is acted on, and there is no step to and fro': {
    nodes: ['real', 'branch'],
    play: async (at) => {
      await at.world.price(ENDANGERED);
      await nothingIsSent(at);
      await at.world.price(HEALTHY);
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      assert.doesNotMatch(at.log(), /alert=endpoint-lied/);
      assert.match(at.log(), /alert=jump-unconfirmed/);
      return 'rescued without its word';
    },
  },
  'O20 the second node hangs behind: its word is waited for, then the jump is acted on, and that is told': {
    nodes: ['real', 'behind'],
    play: async (at) => {
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      assert.match(at.log(), /alert=jump-unconfirmed/);
      assert.doesNotMatch(at.log(), /alert=(nodes-differ|endpoint-lied)/);
      return 'rescued without its word';
    },
  },
};

/// The first node of these is the real one, behind one that counts; others are of the other world.
async function nodesOf(stage, world, kinds) {
  const nodes = [];
  for (const kind of kinds) {
    if (kind !== 'real') nodes.push(await world.node(kind));
    else world.nodes.push(nodes[nodes.push(await NodeBetween.open(stage.devnet.info.ws_url)) - 1]);
  }
  if (kinds.includes('branch')) world.run();
  if (kinds.includes('behind')) world.trail(BEHIND);
  return nodes;
}

async function story(stage, { nodes: kinds = ['real', 'state'], play }) {
  return stage.story(async (scene) => {
    stage.wallets[0].settings = NEAR;
    const world = await OtherWorld.open(stage);
    try {
      stage.run();
      const nodes = await nodesOf(stage, world, kinds);
      scene.place = await stage.folder({ chain: { rpc: nodes.map(({ ws }) => ws), block_time: '1s', max_head_age: '10s' } });
      scene.daemon = stage.daemon(values.plimsoll, scene.place);
      const begin = (await stage.devnet.chain.head()).number + 1;
      const nonce = await stage.nonce();
      await scene.daemon.start();
      const log = () => readFileSync(scene.daemon.log, 'utf8');
      await until('the first comparison', LIMIT_MS, () => nodes.every((node) => node.count('eth_call') > 0));
      const said = await play({ stage, world, nodes, begin, log });
      await stage.pause();
      assert.equal(await stage.nonce(), nonce + 2, 'an approval and a repayment');
      return said;
    } finally {
      await world.close();
    }
  });
}

/// One against one, and a guard that measures for itself.
async function guarded() {
  const stage = await GuardStage.open();
  let world;
  let fell;
  try {
    const rescues = await stage.story('guarded', values.plimsoll, {
      position: { ...GUARDED, settings: NEAR },
      venues: async () => {
        world = await OtherWorld.open(stage);
        return { chain: { rpc: (await nodesOf(stage, world, ['real', 'state'])).map(({ ws }) => ws) } };
      },
      fall: async () => {
        await stage.fall(FALLEN);
        fell = (await stage.devnet.chain.head()).number;
      },
      limit: LIMIT_MS,
      after: () => world?.close(),
    });
    return waited(Number(rescues[0].receipt.blockNumber) - fell);
  } finally {
    await stage.close();
  }
}

const GUARD_STORY = 'N36 the second node does not see a true danger: after some blocks the guard, which measures for itself';
let stage;
try {
  await stories({ ...STORIES, [GUARD_STORY]: null }, values.only, async (_, spec) => {
    if (spec === null) return guarded();
    stage ??= await Stage.open();
    return story(stage, spec);
  });
} finally {
  await stage?.close();
}
