// SPDX-License-Identifier: Apache-2.0
// What a rescue with the wallet's own collateral costs, beside a liquidation of the same position, over random positions on the
// local chain: for each the planner's rescue is carried out below the trigger, and, from the same start, a real liquidationCall
// at the first price at which the pool allows one. Both in bps of the debt repaid, at the protocol's prices.
//   node tests/e2e/rescue_cost.mjs --plimsoll build/release/bot/plimsoll --positions 1000
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { positionOf, writeDaemonFiles } from '../devnet/crash/files.mjs';
import { fixed } from '../devnet/crash/table.mjs';
import { effectsOf } from '../devnet/crash/findings.mjs';
import { units } from '../devnet/deploy/market.mjs';
import { ONE, accountData, liquidate, openPosition, reserveOf } from '../devnet/lib/aave.mjs';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { oraclePrice, setPrice } from '../devnet/lib/feeds.mjs';
import { leftovers, putUnderGuard } from '../devnet/lib/guard.mjs';
import { alignPools } from '../devnet/lib/pools.mjs';
import { plimsoll } from './stage.mjs';

const { values } = parseArgs({ options: {
  plimsoll: { type: 'string' }, positions: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' },
  verbose: { type: 'boolean', default: false },
} });

const COLLATERALS = ['WETH', 'WBTC', 'wstETH'];
const DEBTS = ['USDC', 'DAI', 'USDT'];
const PRICES = { WETH: units('2000', 8), WBTC: units('40000', 8) };  // 1e8 per dollar
const START = 1_300_000n;      // health factors in millionths
const ENDANGERED = 1_190_000n;
const LIQUIDATABLE = 999_500n;
const MILLION = 1_000_000n;
const LEAST_DOLLARS = 2_000;
const MOST_DOLLARS = 500_000;
const GAS_PRICE = 20n * 10n ** 9n;

/// Numbers that depend on the seed alone (xorshift, 32 bits).
function generator(seed) {
  let state = (Number(seed) * 2_654_435_761) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; ++i) next();
  return { next, pick: (list) => list[Math.floor(next() * list.length)] };
}

/// Collateral in one or two assets, debt in one or two, sizes spread evenly over their orders of magnitude.
function randomPosition({ next, pick }) {
  const dollars = LEAST_DOLLARS * (MOST_DOLLARS / LEAST_DOLLARS) ** next();
  const supply = { [pick(COLLATERALS)]: 100 };
  if (next() < 0.4) {
    const other = pick(COLLATERALS);
    if (supply[other] === undefined) {
      const share = 10 + Math.floor(next() * 80);
      supply[Object.keys(supply)[0]] = 100 - share;
      supply[other] = share;
    }
  }
  const debts = [pick(DEBTS)];
  if (next() < 0.3) debts.push(pick(DEBTS.filter((symbol) => symbol !== debts[0])));
  return { dollars: BigInt(Math.floor(dollars)), supply, debts, emode: 0 };
}

async function open(devnet, wallet, { dollars, supply, debts }) {
  const amounts = {};
  for (const [symbol, share] of Object.entries(supply)) {
    const { decimals } = reserveOf(devnet, symbol);
    amounts[symbol] = (dollars * 10n ** 8n * BigInt(share) * 10n ** BigInt(decimals)) / (100n * await oraclePrice(devnet, symbol));
  }
  await openPosition(devnet, wallet.address, { supply: amounts });
  const { collateral, threshold } = await accountData(devnet, wallet.address);
  const debt = (((collateral * threshold) / 10_000n) * MILLION) / START;
  const borrow = {};
  for (const [i, symbol] of debts.entries()) {
    const share = debts.length === 1 ? 100n : [70n, 30n][i];
    borrow[symbol] = (debt * share * 10n ** BigInt(reserveOf(devnet, symbol).decimals)) / (100n * await oraclePrice(devnet, symbol));
  }
  await openPosition(devnet, wallet.address, { borrow });
  Object.assign(wallet, { supply: amounts, borrow });
}

/// All volatile prices and the pools to where the health factor is as wanted.
async function fallTo(devnet, wallet, wanted) {
  const { healthFactor } = await accountData(devnet, wallet.address);
  for (const symbol of Object.keys(PRICES)) {
    await setPrice(devnet, symbol, (await oraclePrice(devnet, symbol) * wanted * (ONE / MILLION)) / healthFactor);
  }
  await alignPools(devnet);
}

async function rescue(devnet, wallet, folder) {
  const config = writeDaemonFiles(folder, devnet.info, [wallet], 1, {});
  const { status, stdout, stderr } = plimsoll(values.plimsoll, ['--config', config, 'plan', positionOf(wallet), '--json']);
  assert.equal(status, 0, `plan of ${JSON.stringify(wallet.kind, (_, v) => String(v))}: ${stderr}${stdout}`);
  const { calls } = JSON.parse(stdout);
  assert(calls.length > 0, stdout);
  const receipts = [];
  for (const { to, data } of calls) receipts.push(await devnet.chain.send(wallet.guardian.address, to, data, { gas: 10_000_000 }));
  const receipt = receipts.at(-1);
  const { lost, repaidValue } = await effectsOf(devnet, wallet, receipt, receipts);
  const gas = receipts.reduce((sum, { gasUsed }) => sum + BigInt(gasUsed), 0n);
  const gasDollars = (gas * GAS_PRICE * await oraclePrice(devnet, 'WETH')) / 10n ** 18n;
  const { healthFactor } = await accountData(devnet, wallet.address);
  // A big sale may go only as far as its price allows: above the trigger, if not to the target.
  assert(healthFactor > (ONE * 120n) / 100n && healthFactor < (ONE * 147n) / 100n, `health factor ${healthFactor}`);
  assert.deepEqual(await leftovers(devnet), []);
  return { lost, repaidValue, gasDollars, gas, short: healthFactor < (ONE * 143n) / 100n };
}

async function liquidation(devnet, wallet) {
  await fallTo(devnet, wallet, LIQUIDATABLE);
  const most = async (amounts) => {
    const worth = await Promise.all(Object.entries(amounts).map(async ([symbol, amount]) =>
      [symbol, (amount * await oraclePrice(devnet, symbol)) / 10n ** BigInt(reserveOf(devnet, symbol).decimals)]));
    return worth.reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  };
  const { chain } = devnet;
  await liquidate(devnet, wallet.address, await most(wallet.supply), await most(wallet.borrow));
  const block = await chain.rpc.call('eth_getBlockByNumber', ['latest', false]);
  const receipt = { blockNumber: block.number, transactionIndex: '0x0' };
  return effectsOf(devnet, wallet, receipt, []);
}

const bps = ({ lost, repaidValue }) => Number((lost * 10n ** 8n) / repaidValue) / 10_000;

function summary(name, list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1).padStart(8);
  return `${name.padEnd(34)}${at(0.5)}${at(0.9)}${at(1)}`;
}

const random = generator(values.seed);
const count = Number(values.positions);
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cost-'));
const devnet = await startDevnet();
const results = { rescue: [], withGas: [], liquidation: [], gas: [], short: 0 };
try {
  const base = await devnet.chain.rpc.call('evm_snapshot', []);
  let snapshot = base;
  const back = async () => {
    await devnet.chain.rpc.call('evm_revert', [snapshot]);
    snapshot = await devnet.chain.rpc.call('evm_snapshot', []);
    const { timestamp } = await devnet.chain.head();
    await devnet.chain.setNextTimestamp(Math.max(timestamp + 1, Math.floor(Date.now() / 1000)));
    await devnet.chain.mine();
  };
  for (let i = 0; i < count; ++i) {
    await back();
    const kind = randomPosition(random);
    const wallet = { name: 'cost', access: 'allowance', kind, ...devnet.info.accounts[10], guardian: devnet.info.accounts[20] };
    await open(devnet, wallet, kind);
    await putUnderGuard(devnet, wallet, {
      guardian: wallet.guardian.address, collaterals: Object.keys(wallet.supply), debts: Object.keys(wallet.borrow),
    });
    const opened = await devnet.chain.rpc.call('evm_snapshot', []);
    await fallTo(devnet, wallet, ENDANGERED);
    const saved = await rescue(devnet, wallet, folder);
    await devnet.chain.rpc.call('evm_revert', [opened]);
    const taken = await liquidation(devnet, wallet);
    results.rescue.push(bps(saved));
    results.withGas.push(bps({ lost: saved.lost + saved.gasDollars, repaidValue: saved.repaidValue }));
    results.liquidation.push(bps(taken));
    results.gas.push(Number(saved.gas));
    if (saved.short) results.short += 1;
    if (values.verbose) {
      console.log(`$${kind.dollars} ${Object.keys(wallet.supply)} / ${Object.keys(wallet.borrow)}: rescue ${bps(saved)} of $${fixed(saved.repaidValue, 8, 0)}, liquidation ${bps(taken)} of $${fixed(taken.repaidValue, 8, 0)}`);
    } else if ((i + 1) % 50 === 0) {
      console.error(`${i + 1} of ${count}`);
    }
  }
  console.log(`${count} random positions, seed ${values.seed}`);
  console.log(`${'bps of the debt repaid'.padEnd(34)}  median     p90     max`);
  console.log(summary('rescue with own collateral', results.rescue));
  console.log(summary(`  and its gas at ${GAS_PRICE / 10n ** 9n} gwei`, results.withGas));
  console.log(summary('liquidation', results.liquidation));
  const gas = [...results.gas].sort((a, b) => a - b);
  console.log(`gas of a rescue: median ${gas[Math.floor(gas.length / 2)]}, most ${gas.at(-1)}`);
  console.log(`rescues that went above the trigger but not to the target: ${results.short}`);
  const worse = results.rescue.filter((cost, i) => cost >= results.liquidation[i]).length;
  console.log(`rescues that cost more than the liquidation: ${worse}`);
  assert.equal(worse, 0);
} finally {
  await devnet.stop();
  rmSync(folder, { recursive: true, force: true });
}
