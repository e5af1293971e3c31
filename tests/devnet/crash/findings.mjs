// SPDX-License-Identifier: Apache-2.0
// What the chain says happened: every transaction of the wallets, every repayment, every liquidation.
import { RESERVES } from '../deploy/market.mjs';
import { MORPHO_MARKETS } from '../deploy/morpho.mjs';
import { ONE, poolOf } from '../lib/aave.mjs';
import { seatOf } from '../lib/guard.mjs';
import { incentiveOf } from '../lib/morpho.mjs';
import { hex } from '../lib/rpc.mjs';
import { balancesOf, liquidationsIn } from './protocol.mjs';
import { priceAt } from './wallets.mjs';

const CHUNK = 50;
const CLOSE_FACTOR = 5_000n;  // of a debt that is liquidated in time; below a health factor of 0.95 it is all of it
const BPS = 10_000n;

const reserve = (symbol) => RESERVES.find((entry) => entry.symbol === symbol);
const value = (symbol, amount, step) => (amount * priceAt(step, symbol)) / 10n ** BigInt(reserve(symbol).decimals);

async function receiptsSince(chain, first) {
  const last = (await chain.head()).number;
  const receipts = [];
  for (let from = first; from <= last; from += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, last - from + 1) }, (_, i) => from + i);
    const blocks = await chain.rpc.batch(numbers.map((number) => ['eth_getBlockReceipts', [hex(number)]]));
    receipts.push(...blocks.flat());
  }
  return receipts;
}

/// The loss in dollars (1e8) of the liquidation that the wallet's starting position would have met first on this path: the
/// bonus on half of its largest debt; on Morpho on all of it.
export function liquidationCost(wallet, path) {
  const [debt, owed] = Object.entries(wallet.borrow)
    .sort((a, b) => (value(b[0], b[1], path[0]) > value(a[0], a[1], path[0]) ? 1 : -1))[0];
  const [collateral] = Object.entries(wallet.supply)
    .sort((a, b) => (value(b[0], b[1], path[0]) > value(a[0], a[1], path[0]) ? 1 : -1))[0];
  if (wallet.morpho !== undefined) {
    const { lltv } = MORPHO_MARKETS.find(({ name }) => name === wallet.morpho);
    return (value(debt, owed, path[0]) * (incentiveOf({ lltv }) - ONE)) / ONE;
  }
  const shared = wallet.emode && reserve(collateral).emode === wallet.emode;
  const bonus = BigInt(shared ? 10_100 : reserve(collateral).bonus) - BPS;
  return (((value(debt, owed, path[0]) * CLOSE_FACTOR) / BPS) * bonus) / BPS;
}

/// Prices by symbol (1e8) that held within a block for a transaction: those of the block itself if the feeds had spoken in it
/// already, else those of the block before.
async function pricesFor(devnet, { blockNumber, transactionIndex }, receipts) {
  const feeds = new Set(Object.values(devnet.info.feeds).map(({ aggregator }) => aggregator?.toLowerCase()));
  const spoken = receipts.some((receipt) => receipt.blockNumber === blockNumber
    && BigInt(receipt.transactionIndex) < BigInt(transactionIndex)
    && receipt.logs.some(({ address }) => feeds.has(address.toLowerCase())));
  const block = spoken ? blockNumber : hex(BigInt(blockNumber) - 1n);
  const oracle = devnet.chain.at('AaveOracle', devnet.info.aave.oracle);
  const entries = Object.entries(devnet.info.aave.reserves);
  const prices = await Promise.all(entries.map(([, { address }]) => oracle.read('getAssetPrice', [address], block)));
  return Object.fromEntries(entries.map(([symbol], i) => [symbol, prices[i]]));
}

const worth = (prices, symbol, amount) => (amount * prices[symbol]) / 10n ** BigInt(reserve(symbol).decimals);

/// What a transaction did to a wallet, from its balances before and after the block: { sold, repaid (by symbol), repaidValue,
/// lost } with values in 1e8 dollars. Interest of one block is too little to matter.
export async function effectsOf(devnet, wallet, receipt, receipts) {
  const prices = await pricesFor(devnet, receipt, receipts);
  const before = await balancesOf(devnet, wallet, hex(BigInt(receipt.blockNumber) - 1n));
  const after = await balancesOf(devnet, wallet, receipt.blockNumber);
  const less = (name) => Object.fromEntries(Object.keys(before[name])
    .map((symbol) => [symbol, before[name][symbol] - after[name][symbol]]));
  const total = (amounts) => Object.entries(amounts).reduce((sum, [symbol, amount]) => sum + worth(prices, symbol, amount), 0n);
  const [sold, repaid] = [less('supply'), less('borrow')];
  const repaidValue = total(repaid);
  return { sold, repaid, repaidValue, lost: total(sold) - repaidValue };
}

const sum = (list, key) => list.reduce((total, entry) => total + entry[key], 0n);

function bySymbol(list, key) {
  const totals = {};
  for (const entry of list) {
    for (const [symbol, amount] of Object.entries(entry[key])) totals[symbol] = (totals[symbol] ?? 0n) + amount;
  }
  return totals;
}

/// The rescues of a wallet: for one with a guard the transactions of its guardian in which the guard spoke of it, for another its
/// own repayments.
function rescuesOf(devnet, wallet, own) {
  const is = (address) => address.toLowerCase() === wallet.address.toLowerCase();
  if (wallet.guardian !== undefined) {
    const guard = devnet.chain.at('Guard', seatOf(devnet, wallet));
    return own.filter(({ logs }) => guard.events('Rescued', logs).some(({ account }) => is(account)));
  }
  const pool = poolOf(devnet);
  return own.filter(({ logs }) => pool.events('Repay', logs).some(({ user, repayer }) => is(user) && is(repayer)));
}

/// Adds to every wallet { sent, failed, repays, sold, repaid (by symbol), repaidValue, cost (of the rescues), gasWei, liquidated,
/// lost, taken, seized, covered (what the liquidations cost, repaid in value, took, repaid), wouldCost }; values in 1e8 dollars.
export async function collect(devnet, wallets, path, firstBlock) {
  const receipts = await receiptsSince(devnet.chain, firstBlock);
  const liquidations = liquidationsIn(devnet, receipts);
  for (const wallet of wallets) {
    const signer = (wallet.guardian ?? wallet).address.toLowerCase();
    const own = receipts.filter(({ from }) => from.toLowerCase() === signer);
    const rescues = rescuesOf(devnet, wallet, own);
    const effects = await Promise.all(rescues.map((receipt) => effectsOf(devnet, wallet, receipt, receipts)));
    const liquidated = liquidations.filter(({ user }) => user.toLowerCase() === wallet.address.toLowerCase());
    const losses = await Promise.all(liquidated.map(({ receipt }) => effectsOf(devnet, wallet, receipt, receipts)));
    Object.assign(wallet, {
      sent: own.length,
      failed: own.filter(({ status }) => status !== '0x1').length,
      repays: rescues.length,
      sold: bySymbol(effects, 'sold'),
      repaid: bySymbol(effects, 'repaid'),
      repaidValue: sum(effects, 'repaidValue'),
      cost: sum(effects, 'lost'),
      gasWei: own.reduce((total, { gasUsed, effectiveGasPrice }) => total + BigInt(gasUsed) * BigInt(effectiveGasPrice), 0n),
      liquidated,
      lost: sum(losses, 'lost'),
      taken: sum(losses, 'repaidValue'),
      seized: bySymbol(losses, 'sold'),
      covered: bySymbol(losses, 'repaid'),
      wouldCost: liquidationCost(wallet, path),
    });
  }
}

export const rescued = ({ repays, liquidated, lowest, after }) =>
  repays > 0 && liquidated.length === 0 && lowest >= 10n ** 18n && after > 10n ** 18n;

/// Why the run is not a success; empty if it is one.
export function complaints(wallets) {
  const list = [];
  for (const wallet of wallets) {
    if (!wallet.protected && wallet.liquidated.length === 0) {
      list.push(`${wallet.name}, which nobody protects, was not liquidated`);
    }
    if (!wallet.protected || rescued(wallet)) continue;
    if (wallet.liquidated.length > 0) list.push(`${wallet.name} was liquidated`);
    else if (wallet.repays === 0) list.push(`${wallet.name} never repaid`);
    else list.push(`${wallet.name} was liquidatable for a while`);
  }
  return list;
}
