// SPDX-License-Identifier: Apache-2.0
// The Uniswap V3 pools: which there are, their prices moved to the oracle's (as arbitrage does), their depth taken away.
import { sqrtPriceX96 } from '../deploy/uniswap.mjs';
import { reserveOf } from './aave.mjs';
import { oraclePrice } from './feeds.mjs';
import { hex } from './rpc.mjs';

const ALIGN_GAS = 20_000_000;
const MAX128 = 2n ** 128n - 1n;
const MAX = 2n ** 256n - 1n;

/// The pool of two symbols, in either order, with this fee.
export function poolOfPair({ info }, a, b, fee) {
  const found = info.uniswap.pools.find((pool) =>
    pool.fee === fee && [pool.token0, pool.token1].sort().join() === [a, b].sort().join());
  if (found === undefined) throw new Error(`no pool of ${a} and ${b} with fee ${fee}`);
  return found;
}

export const sqrtPriceOf = async ({ chain }, pool) => (await chain.at('UniswapV3Pool', pool.address).read('slot0'))[0];

/// sqrt(token1 per token0) in Q96 at prices { symbol: 1e8 per dollar }.
export function fairSqrtPrice(devnet, pool, prices) {
  const [a, b] = [pool.token0, pool.token1];
  return sqrtPriceX96(prices[a], reserveOf(devnet, a).decimals, prices[b], reserveOf(devnet, b).decimals);
}

export async function oraclePrices(devnet) {
  const symbols = Object.keys(devnet.info.aave.reserves);
  const prices = await Promise.all(symbols.map((symbol) => oraclePrice(devnet, symbol)));
  return Object.fromEntries(symbols.map((symbol, i) => [symbol, prices[i]]));
}

/// Takes pools (default all) to the prices given (default the oracle's) in one transaction. With { wait: false } it is only
/// put into the transaction pool, with { fees } at another bid.
export async function alignPools(devnet, { prices, pools = devnet.info.uniswap.pools, wait = true, fees = {} } = {}) {
  const at = prices ?? await oraclePrices(devnet);
  const args = [pools.map(({ address }) => address), pools.map((pool) => fairSqrtPrice(devnet, pool, at))];
  const contract = devnet.chain.at('Arbitrageur', devnet.info.uniswap.arbitrageur);
  const trader = devnet.info.accounts[4].address;
  return wait
    ? contract.write(trader, 'align', args, { gas: ALIGN_GAS, ...fees })
    : contract.submit(trader, 'align', args, { gas: ALIGN_GAS, ...fees });
}

/// Leaves the given share (bps) of the liquidity in a pool.
export async function drainPool(devnet, pool, leftBps) {
  const trader = devnet.info.accounts[4].address;
  const manager = devnet.chain.at('NonfungiblePositionManager', devnet.info.uniswap.position_manager);
  const [one, two] = [reserveOf(devnet, pool.token0).address, reserveOf(devnet, pool.token1).address];
  const count = await manager.read('balanceOf', [trader]);
  for (let i = 0n; i < count; ++i) {
    const tokenId = await manager.read('tokenOfOwnerByIndex', [trader, i]);
    const [, , token0, token1, fee, , , liquidity] = await manager.read('positions', [tokenId]);
    if (token0 !== one || token1 !== two || Number(fee) !== pool.fee) continue;
    const away = (liquidity * BigInt(10_000 - leftBps)) / 10_000n;
    if (away === 0n) continue;
    await manager.write(trader, 'decreaseLiquidity',
      [{ tokenId, liquidity: away, amount0Min: 0n, amount1Min: 0n, deadline: MAX }]);
    await manager.write(trader, 'collect',
      [{ tokenId, recipient: trader, amount0Max: MAX128, amount1Max: MAX128 }]);
  }
}

/// QuoterV2's answer for an exact input, in units of the token out.
export async function quote({ chain, info }, tokenIn, tokenOut, amountIn, fee, block = 'latest') {
  const args = [{ tokenIn, tokenOut, amountIn, fee, sqrtPriceLimitX96: 0n }];
  const [out] = await chain.at('QuoterV2', info.uniswap.quoter).simulate(info.accounts[4].address, 'quoteExactInputSingle', args,
    typeof block === 'number' ? hex(block) : block);
  return out;
}
