// SPDX-License-Identifier: Apache-2.0
// Plans for the guard written by hand, for tests in which somebody other than the daemon submits them.
import { concatHex, numberToHex } from 'viem/utils';
import { MAX, reserveOf } from './aave.mjs';
import { encode } from './contracts.mjs';
import { guardMarket, seatOf } from './guard.mjs';

const ZERO = '0x0000000000000000000000000000000000000000';
export const ACTION = { withdraw: 0, repay: 1, swap: 2, supply: 3, pull: 4, borrow: 5, repayWithATokens: 6, setEMode: 7, useAsCollateral: 8 };
export const LENDER = { none: 0, aave: 1, morpho: 2, uniswap: 3, morphoRepay: 4 };
export const NO_LOAN = { lender: LENDER.none, source: ZERO, asset: ZERO, amount: 0n };

export const step = (devnet, action, symbol, amount, more = {}) => ({
  action: ACTION[action], asset: reserveOf(devnet, symbol).address, amount, assetOut: ZERO, minOut: 0n, target: ZERO, data: '0x', ...more,
});

/// A sale through the router: symbols of the way and the fees between them.
export function sale(devnet, way, fees, amount, minOut, { recipient = devnet.info.swapper, target = devnet.info.uniswap.router } = {}) {
  const tokens = way.map((symbol) => reserveOf(devnet, symbol).address);
  const path = concatHex(tokens.flatMap((token, i) => (i === 0 ? [token] : [numberToHex(fees[i - 1], { size: 3 }), token])));
  const data = encode('SwapRouter', 'exactInput',
    [{ path, recipient, deadline: 2n ** 40n, amountIn: amount, amountOutMinimum: 0n }]);
  return step(devnet, 'swap', way[0], amount, { assetOut: tokens.at(-1), minOut, target, data });
}

export const loan = (devnet, lender, symbol, amount, source) => ({
  lender: LENDER[lender],
  source: source ?? { aave: devnet.info.aave.pool, morpho: devnet.info.morpho.morpho, morphoRepay: devnet.info.morpho.morpho }[lender],
  asset: reserveOf(devnet, symbol).address,
  amount,
});

export const plan = (devnet, wallet, steps, { borrowed = NO_LOAN, floor = 0n, deadline = 2 ** 39 } = {}) =>
  ({ account: wallet.address, market: guardMarket(devnet, wallet.morpho), deadline, floor, loan: borrowed, steps });

/// Lends what is repaid, repays, withdraws, sells, and repays with what is over.
export function repayWithLoan(devnet, wallet, { way, fees, sell, repay, minOut = 0n, lender = 'aave', source }) {
  const [collateral, debt] = [way[0], way.at(-1)];
  return plan(devnet, wallet, [
    ...(lender === 'morphoRepay' ? [] : [step(devnet, 'repay', debt, repay)]),
    step(devnet, 'withdraw', collateral, sell),
    sale(devnet, way, fees, sell, minOut),
    step(devnet, 'repay', debt, MAX),
  ], { borrowed: loan(devnet, lender, debt, repay, source) });
}

/// Withdraws, sells and repays, as often as `steps` says.
export function repayWithoutLoan(devnet, wallet, { way, fees, sell, times = 1 }) {
  const once = [
    step(devnet, 'withdraw', way[0], sell), sale(devnet, way, fees, sell, 0n), step(devnet, 'repay', way.at(-1), MAX),
  ];
  return plan(devnet, wallet, Array.from({ length: times }, () => once).flat());
}

/// Submits as the guardian, or as anyone. Reverts are errors that carry the revert data.
export const submitPlan = (devnet, wallet, chosen, from = wallet.guardian.address) =>
  devnet.chain.at('Guard', seatOf(devnet, wallet)).write(from, 'execute', [chosen], { gas: 8_000_000 });
