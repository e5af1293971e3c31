// SPDX-License-Identifier: Apache-2.0
// Rescues with the wallet's own collateral when something is not as usual: thin pools, an aggregator that is down, no flash
// liquidity, an asset whose LTV fell to zero, frozen and paused reserves. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { configuratorOf } from '../devnet/lib/aave.mjs';
import { alignPools, drainPool, oraclePrices, poolOfPair } from '../devnet/lib/pools.mjs';
import { hex } from '../devnet/lib/rpc.mjs';
import { aggregator } from './aggregator.mjs';
import { GuardStage, TRIGGER } from './guard_stage.mjs';
import { stories } from './report.mjs';
import { until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });

const SINGLE = { supply: { WETH: '100' }, borrow: { USDC: '12500' } };

const stage = await GuardStage.open();
const pool = (a, b, fee) => poolOfPair(stage.devnet, a, b, fee);
const admin = stage.devnet.info.accounts[0].address;
const configure = (name, symbol, value) => configuratorOf(stage.devnet).write(admin, name, [stage.asset(symbol), value]);
const soldOf = (rescues, symbol) => rescues.reduce((sum, { sold }) => sum + (sold[symbol] ?? 0n), 0n);

/// A service that never helps: the sale goes through the pools all the same.
function brokenAggregator(behaviour) {
  let service = null;
  return {
    position: SINGLE,
    venues: async () => {
      service = await aggregator(behaviour, stage.devnet);
      return { aggregators: { stand_in: service.settings } };
    },
    expect: { most: 1 },
    check: (rescues) => {
      if (behaviour !== 'refuses') assert(service.asked() > 0, 'the aggregator was never asked');
      const { logs } = rescues[0].receipt;
      const pools = new Set(stage.devnet.info.uniswap.pools.map(({ address }) => address.toLowerCase()));
      assert(logs.some(({ address }) => pools.has(address.toLowerCase())), 'no pool was used');
    },
    after: () => service?.close(),
  };
}

let service = null;

const STORIES = {
  'usual': { position: SINGLE, expect: { most: 1 } },
  // A sale up to the target would move the price by more than the slippage that is allowed: it goes as far as it may, which is
  // above the trigger.
  'thin pools': {
    position: SINGLE,
    prepare: async () => {
      await drainPool(stage.devnet, pool('WETH', 'USDC', 500), 90);
      await drainPool(stage.devnet, pool('WETH', 'USDC', 3000), 1);
      await drainPool(stage.devnet, pool('WETH', 'USDT', 3000), 1);
      await drainPool(stage.devnet, pool('WETH', 'DAI', 3000), 1);
      await drainPool(stage.devnet, pool('WBTC', 'WETH', 500), 1);
    },
    expect: { most: 2, health: TRIGGER },
    check: ([{ sold }], begin) => assert(sold.WETH * 6n < begin.balances.supply.WETH, 'more was sold than the pools bear'),
  },
  'aggregator refuses': brokenAggregator('refuses'),
  'aggregator hangs': brokenAggregator('hangs'),
  'aggregator lies': brokenAggregator('lies'),
  // The only pool that the daemon knows is empty; the service knows a better one.
  'aggregator helps': {
    position: { ...SINGLE, policy: { venues: (({ uniswap, morpho }) => [uniswap.router, uniswap.router_02, morpho.morpho])(stage.devnet.info) } },
    prepare: () => drainPool(stage.devnet, pool('WETH', 'USDC', 3000), 1),
    venues: async () => {
      service = await aggregator({ pool: pool('WETH', 'USDC', 500) }, stage.devnet);
      return { pools: [pool('WETH', 'USDC', 3000)], aggregators: { stand_in: service.settings } };
    },
    expect: { most: 2 },
    check: (rescues) => {
      const best = pool('WETH', 'USDC', 500).address.toLowerCase();
      const { logs } = rescues.at(-1).receipt;
      assert(logs.some(({ address }) => address.toLowerCase() === best), 'the offer was not used');
    },
    after: () => service?.close(),
  },
  'R06 no flash liquidity': {
    position: SINGLE,
    prepare: () => configure('setReserveFlashLoaning', 'USDC', false),
    venues: { lenders: {} },
    expect: { most: 3 },
    check: (rescues) => {
      for (const { receipt } of rescues) assert.equal(receipt.status, '0x1');
      const flash = stage.devnet.chain.at('Pool', stage.devnet.info.aave.pool);
      assert.equal(rescues.flatMap(({ receipt }) => flash.events('FlashLoan', receipt.logs)).length, 0);
    },
  },
  // While it has an LTV of zero and counts as collateral, nothing else may be withdrawn.
  'R11 LTV of zero': {
    position: {
      supply: { WETH: '80', CRV: '10000' }, borrow: { USDC: '12000' }, ltvFalls: [['CRV', [3000, 4100, 10850]]],
      limits: { max_slippage: '2%' },  // its pool is small and on the way there are two fees
    },
    expect: { most: 3, lossBps: 100n },
    fall: () => stage.fall('178'),
    check: async (rescues, begin) => {
      const [first] = rescues;
      assert((first.sold.CRV ?? 0n) > 0n, 'the collateral without LTV goes first');
      const left = (await stage.balances()).supply.CRV;
      assert(left === 0n || soldOf(rescues, 'WETH') <= 0n, `WETH was sold while ${left} CRV were there`);
      assert(begin.balances.supply.CRV > 0n);
    },
  },
  // The feed falls, the market does not: one of them is wrong, and nothing is sold as long as there is another way.
  'prices disagree': {
    position: {
      ...SINGLE, idle: { USDC: '6000' }, settings: { strategies: ['repay-with-collateral', 'repay-from-wallet'] },
    },
    venues: { reference: '1m' },
    fall: () => stage.fall('178', 'WETH', { pools: false }),
    expect: { most: 1, lossBps: 1n, mayUse: ['USDC'] },
    check: (rescues) => assert(soldOf(rescues, 'WETH') <= 0n, 'collateral was sold'),
  },
  // The market falls with the feed, and the pools' mean says for a while what was: near liquidation nobody waits for it.
  'a fall that the mean lags behind': {
    position: SINGLE,
    venues: { reference: '1m' },
    fall: () => stage.fall('155'),
    expect: { most: 2 },
  },
  'R07 frozen reserve': {
    position: SINGLE,
    prepare: () => configure('setReserveFreeze', 'WETH', true),
    expect: { most: 2 },
  },
  'R07 paused reserve': {
    position: { supply: { WETH: '70', WBTC: '1' }, borrow: { USDC: '12500' } },
    prepare: () => configure('setReservePause', 'WETH', true),
    fall: () => stage.fall('170'),
    expect: { most: 2 },
    check: (rescues) => {
      assert(soldOf(rescues, 'WETH') <= 0n, 'nothing of a paused reserve can be withdrawn');
      assert(soldOf(rescues, 'WBTC') > 0n);
    },
  },
};

Object.assign(STORIES, {
  // Somebody sees the rescue in the pool of transactions and takes every price down in front of it.
  'P04 R05 sandwich': {
    position: SINGLE,
    fall: async () => {
      await stage.pause();
      await stage.fall();
    },
    during: sandwiched,
    expect: { most: 1, lossBps: 50n },
  },
});

async function pendingOf(address) {
  const { pending } = await stage.devnet.chain.rpc.call('txpool_content', []);
  const own = Object.entries(pending).find(([from]) => from.toLowerCase() === address.toLowerCase());
  return own === undefined ? [] : Object.values(own[1]);
}

async function sandwiched(begin) {
  const { chain } = stage.devnet;
  await until('the rescue is on its way', 10_000, async () => (await pendingOf(stage.guardian())).length > 0);
  const prices = await oraclePrices(stage.devnet);
  const lower = { ...prices, WETH: (prices.WETH * 97n) / 100n };
  const front = await alignPools(stage.devnet, { prices: lower, wait: false, fees: { maxPriorityFeePerGas: hex(900n * 10n ** 9n) } });
  await chain.mine();
  const [attack, ...others] = await stage.receipts(Number((await chain.receipt(front)).blockNumber));
  assert.equal(attack.transactionHash, front, 'the attack comes first');
  const ours = others.filter(({ from }) => from.toLowerCase() === stage.guardian());
  assert.equal(ours.length, 1, 'the rescue is in the same block');
  assert.equal(ours[0].status, '0x0', 'the rescue does not sell at that price');
  const { supply, borrow } = await stage.balances();
  assert(supply.WETH >= begin.balances.supply.WETH && borrow.USDC >= begin.balances.borrow.USDC, 'nothing was sold');
  await stage.quietly(() => alignPools(stage.devnet));
  stage.run();
}

try {
  await stories(STORIES, values.only, async (name, spec) => {
    const started = Date.now();
    const rescues = await stage.story(name, values.plimsoll, spec);
    const lost = rescues.map(({ lost: part, repaidValue }) => Number((part * 1_000_000n) / repaidValue) / 100);
    return `${rescues.length} rescue${rescues.length === 1 ? '' : 's'}, lost ${lost.join(' and ')} bps of the debt repaid, ${Date.now() - started} ms`;
  });
} finally {
  await stage.close();
}
