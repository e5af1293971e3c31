// SPDX-License-Identifier: Apache-2.0
// Reports to a price feed that wait for a block, with the real daemon on anvil: proven by simulation, planned for, acted on
// early only where the owner says so, forgotten when they are dropped, ignored when they are forged. The aggregator and the
// forwarder are our own, after Chainlink's, which no package of npm has compiled. --only WORD runs the stories whose names
// have it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { units } from '../devnet/deploy/market.mjs';
import { approve } from '../devnet/lib/aave.mjs';
import { encode } from '../devnet/lib/contracts.mjs';
import { oraclePrice } from '../devnet/lib/feeds.mjs';
import { report, reportedFeed } from '../devnet/lib/reports.mjs';
import { sleep } from '../devnet/lib/rpc.mjs';
import { liar } from './liar.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, HEALTHY, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const TARGET = 1_450_000_000_000_000_000n;
const NEAR = 20_000_000_000_000_000n;  // of the target, for interest and the price's own steps
const LOW = units(ENDANGERED, 8);
const ARMED = /alert=price-pending/;
const OVER = /no pending price puts it below its trigger any more/;
const TRANSMITTER = 5;  // of the node's accounts
const SENDER = 6;       // the forwarder's

class Scene {
  static async open(stage, mode, rpc) {
    const scene = new Scene();
    const { chain, info } = stage.devnet;
    const owner = info.accounts[0].address;
    scene.transmitter = info.accounts[TRANSMITTER].address;
    scene.sender = info.accounts[SENDER].address;
    scene.forwarder = await chain.deploy(owner, 'ReportForwarder', [[scene.sender]]);
    scene.feed = await reportedFeed(stage.devnet, 'WETH', units(HEALTHY, 8), [scene.transmitter, scene.forwarder]);
    await approve(stage.devnet, stage.wallets[0].address, 'USDC');  // so that a rescue is one transaction
    scene.place = await stage.folder({ chain: { block_time: '1s', max_head_age: '20s', pending_prices: mode, ...rpc } });
    scene.daemon = stage.daemon(values.plimsoll, scene.place);
    await scene.daemon.start();
    await stage.pause();
    return Object.assign(scene, { stage, epoch: 0, nonce: await stage.nonce() });
  }

  log() {
    return readFileSync(this.daemon.log, 'utf8');
  }

  heard(words) {
    return until(`${words}\n${this.daemon.tail()}`, 8_000, () => words.test(this.log()));
  }

  /// The next block, taken in by the daemon with all that it asks at it.
  async block() {
    await this.stage.devnet.chain.mine();
    const { number } = await this.stage.devnet.chain.head();
    await until(`block ${number}`, 10_000, async () => (await this.daemon.head()) >= number);
    await sleep(400);
  }

  /// Puts a report into the pool, where it waits for the next block, and returns its hash.
  async pend(answer, { forged = false, forwarded = false, from = forwarded ? this.sender : this.transmitter } = {}) {
    const data = encode('OcrAggregator', 'transmit', await report(this.feed, answer, this.epoch += 1, { forged }));
    const { chain } = this.stage.devnet;
    return forwarded
      ? chain.submit(from, this.forwarder, encode('ReportForwarder', 'forward', [this.feed.aggregator, data]))
      : chain.submit(from, this.feed.aggregator, data);
  }

  async metrics() {
    return (await fetch(`http://127.0.0.1:${this.place.port}/metrics`)).text();
  }

  async spentNothing() {
    assert.equal(await this.stage.nonce(), this.nonce, `something was sent\n${this.daemon.tail()}`);
    const pool = await this.stage.devnet.chain.rpc.call('txpool_content', []);
    const mine = this.stage.wallets[0].address.toLowerCase();
    assert.ok(!Object.keys(pool.pending).some((from) => from.toLowerCase() === mine), 'something waits in the pool');
  }

  /// The next block has the report; then the rescue comes, once.
  async lands() {
    await this.block();
    assert.equal(await oraclePrice(this.stage.devnet, 'WETH'), LOW, 'the report is in a block');
    await until('the rescue', 10_000, async () => {
      await this.block();
      return (await this.stage.health()) > TARGET - NEAR;
    });
    assert.equal(await this.stage.nonce(), this.nonce + 1, `one transaction\n${this.daemon.tail()}`);
  }
}

const planned = (how) => ({
  mode: 'prepare',
  play: async (scene) => {
    await scene.pend(LOW, how);
    await scene.heard(ARMED);
    await scene.heard(/reason=price-pending.*plan="?repay/);
    await scene.spentNothing();
    await scene.lands();
  },
});

const STORIES = {
  'a pending report is planned for, and the rescue follows the block that has it': planned({}),
  'a report that an authorised forwarder passes on is seen as well': planned({ forwarded: true }),
  'O12 a pending report that is dropped leaves everything as before': {
    mode: 'prepare',
    play: async (scene) => {
      const hash = await scene.pend(LOW);
      await scene.heard(ARMED);
      await scene.stage.devnet.chain.rpc.call('anvil_dropTransaction', [hash]);
      await scene.block();
      await scene.heard(OVER);
      for (let i = 0; i < 3; ++i) await scene.block();
      await scene.spentNothing();
    },
  },
  'O13 forged reports have no effect in simulation, even where pending prices act': {
    mode: 'act',
    play: async (scene) => {
      await scene.pend(LOW, { forged: true });                                             // a signature of somebody else
      await scene.pend(LOW, { from: scene.stage.devnet.info.accounts[7].address });         // not a transmitter
      await scene.pend(LOW, { forwarded: true, from: scene.stage.devnet.info.accounts[7].address });
      await sleep(1_500);
      for (let i = 0; i < 3; ++i) await scene.block();
      assert.ok(!ARMED.test(scene.log()) && !/below-trigger/.test(scene.log()), scene.daemon.tail());
      assert.match(await scene.metrics(), /plimsoll_pending_prices_total\{[^}]*outcome="without_effect"[^}]*\} [12]\b/);
      await scene.spentNothing();
    },
  },
  'N42 nodes that refuse the subscription: said once, and the rescue follows the block': {
    mode: 'prepare',
    refuses: true,
    play: async (scene) => {
      await scene.heard(/it sends no pending transactions: .*not here.*alert=pending-prices/);
      await scene.pend(LOW);
      await sleep(1_500);
      assert.ok(!ARMED.test(scene.log()), scene.daemon.tail());
      await scene.lands();
      assert.equal(scene.log().match(/alert=pending-prices/g).length, 1);
    },
  },
  'where the owner says so the rescue goes into the block of the report': {
    mode: 'act',
    play: async (scene) => {
      await scene.pend(LOW);
      await scene.heard(/by a pending transaction to a price feed/);
      const mine = scene.stage.wallets[0].address.toLowerCase();
      await until('the rescue in the pool', 8_000, async () => {
        const pool = await scene.stage.devnet.chain.rpc.call('txpool_content', []);
        return Object.keys(pool.pending).some((from) => from.toLowerCase() === mine);
      });
      await scene.block();
      assert.equal(await oraclePrice(scene.stage.devnet, 'WETH'), LOW, 'the report is in this block');
      assert.equal(await scene.stage.nonce(), scene.nonce + 1, 'and so is the rescue');
      assert.ok((await scene.stage.health()) > TARGET - NEAR, 'what was repaid is enough');
    },
  },
};

/// A node in front of the chain's that lets nobody subscribe to pending transactions.
async function silent(url) {
  const node = await liar(url);
  node.lies.twist = (asked, answer) => (!asked.includes('newPendingTransactions') ? answer
    : JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(answer).id, error: { code: -32601, message: 'not here' } }));
  return node;
}

async function story(stage, { mode, play, refuses = false }) {
  const node = refuses ? await silent(stage.devnet.info.ws_url) : null;
  try {
    await stage.story(async (at) => {
      stage.run();
      const scene = await Scene.open(stage, mode, node === null ? {} : { rpc: [node.url] });
      Object.assign(at, { place: scene.place, daemon: scene.daemon });
      await play(scene);
    });
  } finally {
    node?.close();
  }
  return `pending_prices = "${mode}"`;
}

const stage = await Stage.open();
try {
  await stories(STORIES, values.only, (name, spec) => story(stage, spec));
} finally {
  await stage.close();
}
