// SPDX-License-Identifier: Apache-2.0
// Uniswap V3 from the published artifacts, with pools at the oracle's prices.
import { OBSERVATIONS, POOLS, units } from './market.mjs';

const ZERO = '0x0000000000000000000000000000000000000000';
const MAX = 2n ** 256n - 1n;
const Q96 = 2n ** 96n;
const LOWEST_FEE = { fee: 100, spacing: 1 };

export function sqrt(value) {
  if (value < 2n) return value;
  let x = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/// sqrt(token1 per token0) in Q96, from prices per whole token in the same unit.
export function sqrtPriceX96(price0, decimals0, price1, decimals1) {
  const numerator = price0 * 10n ** BigInt(decimals1);
  const denominator = price1 * 10n ** BigInt(decimals0);
  return sqrt((numerator << 192n) / denominator);
}

/// The usable ticks of a range that spans the price by a factor either way.
export function tickRange(sqrtPrice, spacing, factor) {
  const price = (Number(sqrtPrice) / Number(Q96)) ** 2;
  const tick = Math.log(price) / Math.log(1.0001);
  const width = Math.log(factor) / Math.log(1.0001);
  return [Math.floor((tick - width) / spacing) * spacing, Math.ceil((tick + width) / spacing) * spacing];
}

/// prices: { symbol: price in the oracle's 1e8 units }.
export async function deployUniswap(chain, from, trader, reserves, prices) {
  const weth = reserves.WETH.address;
  const factory = await chain.deploy(from, 'UniswapV3Factory');
  const router = await chain.deploy(from, 'SwapRouter', [factory, weth]);
  const quoter = await chain.deploy(from, 'QuoterV2', [factory, weth]);
  const manager = await chain.deploy(from, 'NonfungiblePositionManager', [factory, weth, ZERO]);
  const { fee: lowest, spacing: finest } = LOWEST_FEE;
  await chain.at('UniswapV3Factory', factory).write(from, 'enableFeeAmount', [lowest, finest]);

  const symbols = [...new Set(POOLS.flatMap(({ pair }) => pair))];
  for (const symbol of symbols) {
    const token = chain.at(reserves[symbol].contract, reserves[symbol].address);
    await token.write(trader, 'mint', [trader, units(10 ** 9, reserves[symbol].decimals)]);
    await token.write(trader, 'approve', [manager, MAX]);
    await token.write(trader, 'approve', [router, MAX]);
  }
  const pools = [];
  for (const spec of POOLS) pools.push(await deployPool(chain, trader, { factory, manager }, reserves, prices, spec));
  const arbitrageur = await chain.deploy(from, 'Arbitrageur');
  const router02 = await chain.deploy(from, 'SwapRouter02', [ZERO, factory, manager, weth]);
  for (const symbol of symbols) {
    await chain.at(reserves[symbol].contract, reserves[symbol].address).write(trader, 'approve', [router02, MAX]);
  }
  return { factory, router, router_02: router02, quoter, position_manager: manager, weth, arbitrageur, pools };
}

async function deployPool(chain, trader, { factory, manager }, reserves, prices, { pair, fee, ranges, thin = false }) {
  const [a, b] = pair.map((symbol) => ({ symbol, price: prices[symbol], ...reserves[symbol] }));
  const [token0, token1] = BigInt(a.address) < BigInt(b.address) ? [a, b] : [b, a];
  const start = sqrtPriceX96(token0.price, token0.decimals, token1.price, token1.decimals);
  const positions = chain.at('NonfungiblePositionManager', manager);
  const args = [token0.address, token1.address, fee, start];
  await positions.write(trader, 'createAndInitializePoolIfNecessary', args, { gas: 10_000_000 });
  const address = await chain.at('UniswapV3Factory', factory).read('getPool', [token0.address, token1.address, fee]);
  const pool = chain.at('UniswapV3Pool', address);
  await pool.write(trader, 'increaseObservationCardinalityNext', [OBSERVATIONS], { gas: 10_000_000 });
  const spacing = await pool.read('tickSpacing');
  for (const [factor, dollars] of ranges) {
    const [tickLower, tickUpper] = tickRange(start, spacing, factor);
    const desired = (token) => (BigInt(dollars) * 10n ** 8n * 10n ** BigInt(token.decimals)) / token.price;
    await positions.write(trader, 'mint', [{
      token0: token0.address, token1: token1.address, fee, tickLower, tickUpper,
      amount0Desired: desired(token0), amount1Desired: desired(token1), amount0Min: 0n, amount1Min: 0n,
      recipient: trader, deadline: MAX,
    }], { gas: 5_000_000 });
  }
  return { address, token0: token0.symbol, token1: token1.symbol, fee, thin };
}
