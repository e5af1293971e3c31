// SPDX-License-Identifier: Apache-2.0
// What the chain says happened: every transaction of the wallets, every repayment, every liquidation.
import { RESERVES } from '../deploy/market.mjs';
import { collateralOf, poolOf } from '../lib/aave.mjs';
import { hex } from '../lib/rpc.mjs';
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
/// bonus on half of its largest debt. 0 if the path never gets there.
export function liquidationCost(wallet, path) {
  const [debt, owed] = Object.entries(wallet.borrow)
    .sort((a, b) => (value(b[0], b[1], path[0]) > value(a[0], a[1], path[0]) ? 1 : -1))[0];
  const [collateral] = Object.entries(wallet.supply)
    .sort((a, b) => (value(b[0], b[1], path[0]) > value(a[0], a[1], path[0]) ? 1 : -1))[0];
  const shared = wallet.emode && reserve(collateral).emode === wallet.emode;
  const bonus = BigInt(shared ? 10_100 : reserve(collateral).bonus) - BPS;
  return (((value(debt, owed, path[0]) * CLOSE_FACTOR) / BPS) * bonus) / BPS;
}

/// What the wallet really lost in liquidations, in dollars (1e8): the collateral that left it, the protocol's fee included,
/// less the debt repaid. The liquidator sends before the next price does, so the prices are those of the block before.
async function liquidationLoss(devnet, liquidations, symbols) {
  const { chain, info } = devnet;
  const oracle = chain.at('AaveOracle', info.aave.oracle);
  let loss = 0n;
  for (const { block, user, collateralAsset, debtAsset, debtToCover } of liquidations) {
    const earlier = hex(BigInt(block) - 1n);
    const worth = async (asset, amount) =>
      (amount * await oracle.read('getAssetPrice', [asset], earlier)) / 10n ** BigInt(reserve(symbols.get(asset)).decimals);
    const collateral = symbols.get(collateralAsset);
    const taken = await collateralOf(devnet, user, collateral, earlier) - await collateralOf(devnet, user, collateral, block);
    loss += await worth(collateralAsset, taken) - await worth(debtAsset, debtToCover);
  }
  return loss;
}

/// Adds { sent, failed, repaid: { symbol: amount }, gasWei, liquidated: [...], lost, wouldCost } to every wallet.
export async function collect(devnet, wallets, path, firstBlock) {
  const { chain, info } = devnet;
  const pool = poolOf(devnet);
  const symbols = new Map(Object.entries(info.aave.reserves).map(([symbol, { address }]) => [address, symbol]));
  const receipts = await receiptsSince(chain, firstBlock);
  const liquidations = receipts.flatMap(({ logs, blockNumber: block }) =>
    pool.events('LiquidationCall', logs).map((event) => ({ ...event, block })));
  for (const wallet of wallets) {
    const is = (address) => address.toLowerCase() === wallet.address.toLowerCase();
    const own = receipts.filter(({ from }) => is(from));
    const repays = pool.events('Repay', own.flatMap(({ logs }) => logs)).filter(({ user, repayer }) => is(user) && is(repayer));
    const repaid = {};
    for (const { reserve: asset, amount } of repays) repaid[symbols.get(asset)] = (repaid[symbols.get(asset)] ?? 0n) + amount;
    const liquidated = liquidations.filter(({ user }) => is(user));
    Object.assign(wallet, {
      sent: own.length,
      failed: own.filter(({ status }) => status !== '0x1').length,
      repays: repays.length,
      repaid,
      gasWei: own.reduce((sum, { gasUsed, effectiveGasPrice }) => sum + BigInt(gasUsed) * BigInt(effectiveGasPrice), 0n),
      liquidated,
      lost: await liquidationLoss(devnet, liquidated, symbols),
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
