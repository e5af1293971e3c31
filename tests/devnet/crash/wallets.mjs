// SPDX-License-Identifier: Apache-2.0
// The wallets of the scenario. Each has a hundred thousand dollars of collateral and just so much debt that it would be
// liquidated at the worst moment of the path if nobody did anything. Some repay from what they hold idle; the guarded ones
// hold nothing but the position, and sell of their own collateral through the guard.
import { EMODES, RESERVES, units } from '../deploy/market.mjs';
import { MORPHO_MARKETS } from '../deploy/morpho.mjs';
import { createSafe } from '../deploy/safe.mjs';
import { approve, openPosition, tokenOf } from '../lib/aave.mjs';
import { putUnderGuard } from '../lib/guard.mjs';
import { openMorphoPosition } from '../lib/morpho.mjs';

const COLLATERAL_DOLLARS = 100_000n;
const BASE = 10n ** 8n;  // oracle units per dollar
const WORST = 97n;       // health factor in hundredths that an unprotected wallet sees at the lowest point
export const FIRST_ACCOUNT = 10;
const PERCENT = 100n;

const SINGLE = { supply: { WETH: 100n }, borrow: { USDC: 100n } };
/// Shares in percent of the collateral's and of the debt's value.
export const KINDS = [
  { name: 'treasury', ...SINGLE },
  { name: 'mixed', supply: { WETH: 60n, WBTC: 40n }, borrow: { USDC: 60n, DAI: 40n } },
  { name: 'stable-emode', emode: 1, supply: { WETH: 80n, DAI: 20n }, borrow: { USDC: 100n } },
  // Holds a useless old allowance, which this token wants set to zero before another.
  { name: 'tether', supply: { WETH: 100n }, borrow: { USDT: 100n }, allowance: { USDT: '1' } },
  { name: 'bitcoin', supply: { WBTC: 100n }, borrow: { DAI: 100n } },
  { name: 'staked', supply: { wstETH: 100n }, borrow: { USDC: 100n } },
];

const MORPHO_MARKET = 'weth-usdc';
export const GUARDED = [
  { name: 'by-allowance', access: 'allowance', ...SINGLE },
  { name: 'by-7702', access: 'self', supply: { WETH: 60n, WBTC: 40n }, borrow: { USDC: 100n } },
  { name: 'by-safe', access: 'module', supply: { WBTC: 100n }, borrow: { DAI: 100n } },
  { name: 'on-morpho', access: 'allowance', morpho: MORPHO_MARKET, ...SINGLE },
];

const reserve = (symbol) => RESERVES.find((entry) => entry.symbol === symbol);

/// Price in 1e8 of any asset at a step of the path; what the path does not move keeps its own.
export function priceAt(step, symbol) {
  const { price, ratio } = reserve(symbol);
  if (ratio !== undefined) return (priceAt(step, 'WETH') * units(ratio, 18)) / 10n ** 18n;
  return units(step.prices[symbol] ?? price, 8);
}

/// In bps.
function threshold(kind, symbol) {
  if (kind.morpho) return MORPHO_MARKETS.find(({ name }) => name === kind.morpho).lltv / 10n ** 14n;
  const { emode, threshold: own } = reserve(symbol);
  return BigInt(kind.emode && emode === kind.emode ? EMODES.find(({ id }) => id === emode).threshold : own);
}

/// Amounts in units for one kind, from the first price and the worst moment.
export function sizes(kind, path) {
  const [start] = path;
  const supply = {};
  for (const [symbol, share] of Object.entries(kind.supply)) {
    const value = (COLLATERAL_DOLLARS * BASE * share) / PERCENT;
    supply[symbol] = (value * 10n ** BigInt(reserve(symbol).decimals)) / priceAt(start, symbol);
  }
  const weighted = (step) => Object.entries(supply).reduce((sum, [symbol, amount]) => {
    const value = (amount * priceAt(step, symbol)) / 10n ** BigInt(reserve(symbol).decimals);
    return sum + (value * threshold(kind, symbol)) / 10_000n;
  }, 0n);
  const lowest = path.map(weighted).reduce((a, b) => (a < b ? a : b));
  const debt = (lowest * 100n) / WORST;
  const borrow = {};
  for (const [symbol, share] of Object.entries(kind.borrow)) {
    const value = (debt * share) / PERCENT;
    borrow[symbol] = (value * 10n ** BigInt(reserve(symbol).decimals)) / priceAt(start, symbol);
  }
  return { supply, borrow };
}

/// The protected wallets (more of them than kinds start over) and the control, which is the first one's twin.
export function chooseWallets(count, accounts, path) {
  const kinds = Array.from({ length: count }, (_, i) => ({
    ...KINDS[i % KINDS.length],
    name: KINDS[i % KINDS.length].name + (i < KINDS.length ? '' : `-${Math.floor(i / KINDS.length) + 1}`),
    protected: true,
  }));
  kinds.push({ ...SINGLE, name: 'control', protected: false });
  if (FIRST_ACCOUNT + kinds.length > accounts.length) {
    throw new Error(`at most ${accounts.length - FIRST_ACCOUNT - 1} protected wallets`);
  }
  return kinds.map((kind, i) => ({ ...kind, ...accounts[FIRST_ACCOUNT + i], ...sizes(kind, path) }));
}

/// The guarded wallets, each with a guardian's key that is not its own, and the Morpho one's twin without protection.
export function chooseGuarded(accounts, path, first) {
  const twin = { name: 'control-morpho', morpho: MORPHO_MARKET, ...SINGLE, protected: false };
  const needed = 2 * GUARDED.length + 1;
  if (first + needed > accounts.length) throw new Error(`${needed} more accounts are needed for the guarded wallets`);
  const guarded = GUARDED.map((kind, i) => ({
    ...kind, protected: true, ...accounts[first + i], guardian: accounts[first + GUARDED.length + 1 + i], ...sizes(kind, path),
  }));
  return [...guarded, { ...twin, ...accounts[first + GUARDED.length], ...sizes(twin, path) }];
}

/// Opens the position of a guarded wallet, takes all that was borrowed out of it, and puts it under the guard.
export async function openGuarded(devnet, wallet) {
  if (wallet.access === 'module') {
    wallet.owner = wallet.address;
    wallet.address = await createSafe(devnet, wallet.owner);
    await devnet.chain.impersonate(wallet.address);
    await devnet.chain.setBalance(wallet.address, 10n ** 21n);
  }
  if (wallet.morpho === undefined) {
    await openPosition(devnet, wallet.address, { supply: wallet.supply, borrow: wallet.borrow });
  } else {
    const [[, collateral]] = Object.entries(wallet.supply);
    const [[, debt]] = Object.entries(wallet.borrow);
    await openMorphoPosition(devnet, wallet.address, wallet.morpho, { collateral, debt });
  }
  const elsewhere = devnet.info.accounts[4].address;
  for (const [symbol, amount] of Object.entries(wallet.borrow)) {
    await tokenOf(devnet, symbol).write(wallet.address, 'transfer', [elsewhere, amount]);
  }
  if (!wallet.protected) return;
  await putUnderGuard(devnet, wallet, {
    guardian: wallet.guardian.address, collaterals: Object.keys(wallet.supply), debts: Object.keys(wallet.borrow),
  });
}

/// Opens the position. What was borrowed stays in the wallet, and as much again: enough for any rescue.
export async function openWallet(devnet, wallet) {
  await openPosition(devnet, wallet.address, {
    emode: wallet.emode, supply: wallet.supply, borrow: wallet.borrow, idle: wallet.borrow,
  });
  for (const [symbol, amount] of Object.entries(wallet.allowance ?? {})) {
    await approve(devnet, wallet.address, symbol, amount);
  }
}
