// SPDX-License-Identifier: Apache-2.0
// What the crash needs of a wallet's protocol: its health by the protocol's own view, what it holds and owes, a real
// liquidation of it.
import {
  accountData, collateralOf, debtOf, fundLiquidator, poolOf, submitLiquidation,
} from '../lib/aave.mjs';
import {
  fundMorphoLiquidator, marketOf, morphoData, morphoOf, submitMorphoLiquidation,
} from '../lib/morpho.mjs';

export async function healthOf(devnet, { address, morpho }, block) {
  const { healthFactor } = morpho === undefined
    ? await accountData(devnet, address, block)
    : await morphoData(devnet, address, morpho, block);
  return healthFactor;
}

/// { supply: { symbol: units }, borrow: { symbol: units } } at a block, of the symbols that the wallet began with.
export async function balancesOf(devnet, wallet, block) {
  if (wallet.morpho !== undefined) {
    const { collateral, loan } = marketOf(devnet, wallet.morpho);
    const data = await morphoData(devnet, wallet.address, wallet.morpho, block);
    return { supply: { [collateral]: data.collateral }, borrow: { [loan]: data.debt } };
  }
  const all = async (symbols, read) => Object.fromEntries(
    await Promise.all(symbols.map(async (symbol) => [symbol, await read(devnet, wallet.address, symbol, block)])));
  return {
    supply: await all(Object.keys(wallet.supply), collateralOf),
    borrow: await all(Object.keys(wallet.borrow), debtOf),
  };
}

/// Gives the liquidator what the liquidations of all these wallets may need.
export async function fundLiquidations(devnet, wallets) {
  const totals = {};
  for (const { borrow, morpho } of wallets) {
    if (morpho !== undefined) {
      await fundMorphoLiquidator(devnet, morpho, (Object.values(borrow)[0] * 11n) / 10n);
      continue;
    }
    for (const [symbol, amount] of Object.entries(borrow)) totals[symbol] = (totals[symbol] ?? 0n) + amount;
  }
  for (const [symbol, total] of Object.entries(totals)) await fundLiquidator(devnet, symbol, total);
}

/// Aave: the given debt for the given collateral.
export const submitLiquidationOf = (devnet, { address, morpho }, collateral, debt) => (morpho === undefined
  ? submitLiquidation(devnet, address, collateral, debt)
  : submitMorphoLiquidation(devnet, address, morpho));

/// [{ user, receipt }] of the liquidations that a list of receipts holds.
export function liquidationsIn(devnet, receipts) {
  return receipts.flatMap((receipt) => [
    ...poolOf(devnet).events('LiquidationCall', receipt.logs).map(({ user }) => ({ user, receipt })),
    ...morphoOf(devnet).events('Liquidate', receipt.logs).map(({ borrower }) => ({ user: borrower, receipt })),
  ]);
}
