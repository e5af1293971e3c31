// SPDX-License-Identifier: Apache-2.0
// What is behind a price, with the real daemon and the real contracts: a public feed that moves first, a new aggregator, a feed
// that grows old, a threshold that is cut. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { units } from '../devnet/deploy/market.mjs';
import { configuratorOf, reserveOf } from '../devnet/lib/aave.mjs';
import { oraclePrice, upgradeAggregator } from '../devnet/lib/feeds.mjs';
import { deployGovernance, queueThreshold } from '../devnet/lib/governance.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, HEALTHY, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const TARGET = 1_450_000_000_000_000_000n;
const QUEUE_SECONDS = 30;
const NEAR = 20_000_000_000_000_000n;  // of the target, for interest and the price's own steps

/// A feed of its own, apart from the one that the market asks.
async function publicFeed({ chain, info }) {
  const owner = info.accounts[0].address;
  const { decimals } = info.feeds.WETH;
  const aggregator = await chain.deploy(owner, 'PriceAggregator', [decimals, 'ETH / USD', units(HEALTHY, decimals)]);
  const proxy = await chain.deploy(owner, 'PriceFeedProxy', [aggregator]);
  const say = (price) => chain.at('PriceAggregator', aggregator).submit(owner, 'submit', [units(price, decimals)]);
  return { proxy, say };
}

const feedTable = (entries) => `\n[feed.weth]\nchain = "local"\n${
  Object.entries(entries).map(([key, value]) => `${key} = "${value}"`).join('\n')}\n`;

/// { before(stage): settings of [market.local], feed(info, public): settings of [feed.weth], play(stage, public, log): what happens, safe(stage): the health factor wanted,
/// told: what the log must say }
const STORIES = {
  'O10 the public feed falls before the one that the market reads': {
    feed: (info, open) => ({ address: info.feeds.WETH.source, heartbeat: '1h', public: open.proxy, delay: '60s' }),
    play: async (stage, open) => {
      await open.say(ENDANGERED);
    },
    wanted: TARGET * units(HEALTHY, 8) / units(ENDANGERED, 8),
    told: [/public feeds/, /alert=price-ahead/],
    after: async (stage) => {
      assert.equal(await oraclePrice(stage.devnet, 'WETH'), units(HEALTHY, 8), 'the market has not read it yet');
      await stage.setPrice(ENDANGERED);
      await until('the price comes', 10_000, async () => (await oraclePrice(stage.devnet, 'WETH')) < units(HEALTHY, 8));
      assert.ok((await stage.health()) > TARGET - NEAR, 'what was repaid was enough');
    },
  },
  'O05 another aggregator behind the proxy, with another price': {
    play: async (stage) => {
      await upgradeAggregator(stage.devnet, 'WETH', ENDANGERED);
    },
    told: [/is now 0x.*alert=feed-aggregator/],
  },
  'O01 a feed grows old, then the price falls': {
    feed: (info) => ({ address: info.feeds.WETH.source, heartbeat: '2s', grace: '1s' }),
    play: async (stage, open, log) => {
      await until('the alert', 20_000, async () => /its heartbeat is 2 s.*alert=price-old/.test(log()));
      await stage.setPrice(ENDANGERED);
    },
    told: [/alert=price-old/],
  },
  'a threshold is cut by the owners of the market': {
    play: async (stage) => {
      const owner = stage.devnet.info.accounts[0].address;
      const asset = reserveOf(stage.devnet, 'WETH').address;
      await configuratorOf(stage.devnet).write(owner, 'configureReserveAsCollateral', [asset, 7000n, 7400n, 10500n]);
    },
    told: [/WETH liquidation threshold \d+\.\d+ % to 74\.00 %.*alice-aave health factor 1\.3\d+ to 1\.1\d+.*alert=parameter-changed/],
  },
  'a cut that waits in the governance\'s queue is told before it is executed': {
    before: async (stage) => {
      stage.controller = await deployGovernance(stage.devnet, QUEUE_SECONDS);
      stage.payload = await queueThreshold(stage.devnet, stage.controller, 'WETH', [7000n, 7400n, 10500n]);
      return { governance: stage.controller.address };
    },
    play: async (stage, open, log) => {
      const said = /payload 0 of the market's governance may be executed in.*from 1\.3\d+ to (\d\.\d+), below the trigger.*alert=payload-queued/;
      await until('the alert', 20_000, async () => said.test(log()));
      assert.ok((await stage.health()) > 1_300_000_000_000_000_000n, 'nothing has changed yet');
      const { queuedAt, delay } = await stage.controller.read('getPayloadById', [stage.payload]);
      await until('its time', 60_000, async () => (await stage.devnet.chain.head()).timestamp > queuedAt + delay);
      await stage.pause();
      const owner = stage.devnet.info.accounts[0].address;
      await stage.controller.submit(owner, 'executePayload', [stage.payload]);
      await stage.devnet.chain.mine();
      const [, told] = said.exec(log());
      assert.equal((await stage.health()).toString().slice(0, 5), told.replace('.', ''), 'as it was told');
      stage.run();
    },
    told: [/WETH liquidation threshold \d+\.\d+ % to 74\.00 %.*alert=parameter-changed/],
  },
};

async function story(stage, { before = async () => ({}), feed, play, wanted = TARGET, told, after = async () => {} }) {
  const { aggregator } = stage.devnet.info.feeds.WETH;
  try {
    return await stage.story(async (scene) => {
      stage.run();
      const open = await publicFeed(stage.devnet);
      scene.place = await stage.folder({ chain: { block_time: '1s', max_head_age: '10s' }, market: await before(stage) });
      if (feed !== undefined) appendFileSync(scene.place.config, feedTable(feed(stage.devnet.info, open)));
      scene.daemon = stage.daemon(values.plimsoll, scene.place);
      await scene.daemon.start();
      const log = () => readFileSync(scene.daemon.log, 'utf8');
      const begin = (await stage.devnet.chain.head()).number + 1;
      await play(stage, open, log);
      const began = Date.now();
      await until('the rescue', 20_000, async () => (await stage.health()) > wanted - NEAR);
      const took = Date.now() - began;
      await after(stage);
      await stage.pause();
      const repays = new Set((await stage.repays(begin)).map(({ transaction }) => transaction));
      assert.equal(repays.size, 1, `${repays.size} repayments`);
      for (const words of told) assert.match(log(), words, 'not told');
      return took;
    });
  } finally {
    stage.devnet.info.feeds.WETH.aggregator = aggregator;
  }
}

const stage = await Stage.open();
try {
  await stories(STORIES, values.only, async (name, spec) => `rescued ${await story(stage, spec)} ms after it`);
} finally {
  await stage.close();
}
