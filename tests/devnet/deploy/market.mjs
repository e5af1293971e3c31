// SPDX-License-Identifier: Apache-2.0
// What is deployed: reserves with their risk parameters (near those of the Ethereum market), eModes and pools.
// Ratios in bps; prices in US dollars as decimal text; supplies and debts of third parties in whole tokens.

const VOLATILE = { optimal: 45n, base: 0n, slope1: 7n, slope2: 300n };
const STABLE = { optimal: 90n, base: 0n, slope1: 4n, slope2: 60n };
const STAKED = { optimal: 45n, base: 0n, slope1: 5n, slope2: 100n };

export const EMODES = [
  { id: 1, label: 'Stablecoins', ltv: 9300, threshold: 9500, bonus: 10100 },
  { id: 2, label: 'ETH correlated', ltv: 9000, threshold: 9300, bonus: 10100 },
];

export const RESERVES = [
  { symbol: 'WETH', decimals: 18, price: '2000', ltv: 8050, threshold: 8300, bonus: 10500, factor: 1500, emode: 2,
    rates: VOLATILE, supply: 100_000, debt: 100_000 },
  { symbol: 'WBTC', decimals: 8, price: '40000', ltv: 7300, threshold: 7800, bonus: 10625, factor: 2000, emode: 0,
    rates: VOLATILE, supply: 1_000, debt: 100 },
  { symbol: 'USDC', decimals: 6, price: '1', ltv: 7700, threshold: 8000, bonus: 10450, factor: 1000, emode: 1,
    rates: STABLE, supply: 10_000_000, debt: 6_000_000, isolation: true },
  { symbol: 'DAI', decimals: 18, price: '1', ltv: 7500, threshold: 8000, bonus: 10500, factor: 1000, emode: 1,
    rates: STABLE, supply: 8_000_000, debt: 3_000_000, isolation: true },
  { symbol: 'USDT', decimals: 6, price: '1', ltv: 7000, threshold: 7500, bonus: 10450, factor: 1000, emode: 1,
    rates: STABLE, supply: 8_000_000, debt: 4_000_000, isolation: true, token: 'NonStandardToken' },
  // Priced by an adapter without events: the feed of WETH times a rate.
  { symbol: 'wstETH', decimals: 18, ratio: '1.15', ltv: 7850, threshold: 8100, bonus: 10600, factor: 500, emode: 2,
    rates: STAKED, supply: 50_000, debt: 1_000 },
  // Counts with its threshold but gives no borrowing power. Third parties supplied it while its LTV was still 3000.
  { symbol: 'CRV', decimals: 18, price: '0.5', ltv: 0, earlierLtv: 3000, threshold: 4100, bonus: 10850, factor: 3500,
    emode: 0, rates: VOLATILE, supply: 20_000_000, debt: 1_000_000 },
  // May be collateral only alone, and only against what is borrowable in isolation; ceiling in dollars.
  { symbol: 'ENS', decimals: 18, price: '20', ltv: 3900, threshold: 4900, bonus: 10800, factor: 2000, emode: 0,
    rates: VOLATILE, supply: 0, debt: 0, debtCeiling: 5_000_000 },
];

/// Fee in hundredths of a bip; depth in dollars on each side of a range that spans the price by the given factor.
export const POOLS = [
  { pair: ['WETH', 'USDC'], fee: 500, ranges: [[1.1, 20_000_000], [4, 30_000_000]] },
  { pair: ['WETH', 'USDC'], fee: 3000, ranges: [[4, 20_000_000]] },
  { pair: ['WETH', 'USDT'], fee: 3000, ranges: [[1.1, 5_000_000], [4, 20_000_000]] },
  { pair: ['WETH', 'DAI'], fee: 3000, ranges: [[4, 20_000_000]] },
  { pair: ['WBTC', 'WETH'], fee: 500, ranges: [[1.1, 10_000_000], [4, 20_000_000]] },
  { pair: ['WBTC', 'USDC'], fee: 3000, ranges: [[4, 20_000_000]] },
  { pair: ['wstETH', 'WETH'], fee: 100, ranges: [[1.01, 20_000_000], [1.5, 10_000_000]] },
  { pair: ['USDC', 'USDT'], fee: 100, ranges: [[1.01, 50_000_000]] },
  { pair: ['DAI', 'USDC'], fee: 100, ranges: [[1.01, 50_000_000]] },
  { pair: ['CRV', 'WETH'], fee: 3000, ranges: [[4, 2_000_000]] },
  // Thin ones: a sale of some thousand dollars moves them by percents.
  { pair: ['WETH', 'USDC'], fee: 10000, ranges: [[4, 60_000]], thin: true },
  { pair: ['WETH', 'DAI'], fee: 500, ranges: [[4, 100_000]], thin: true },
];
/// Uniswap V2; depth in dollars of each side.
export const PAIRS = [
  { pair: ['WETH', 'USDC'], dollars: 5_000_000 },
  { pair: ['WETH', 'DAI'], dollars: 1_000_000 },
  { pair: ['DAI', 'USDC'], dollars: 500_000 },
];
/// Prices of so many past blocks a pool keeps, for means over time.
export const OBSERVATIONS = 300;

/// Who the first unlocked accounts are; the rest are free for tests.
export const ROLES = ['deployer', 'supplier', 'borrower', 'liquidator', 'trader'];

export const RAY = 10n ** 27n;
export const RATIO_GROWTH_BPS = 968n;

/// Decimal text or number to an integer of the given scale.
export function units(value, decimals) {
  const [whole, fraction = ''] = String(value).split('.');
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0').slice(0, decimals) || '0');
}
