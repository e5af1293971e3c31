// SPDX-License-Identifier: Apache-2.0
// Uniswap V2 from the published artifacts, with pairs at the oracle's prices.
import { PAIRS } from './market.mjs';

const MAX = 2n ** 256n - 1n;

/// `weth` as the reserves have it; prices: { symbol: price in the oracle's 1e8 units }. The trader has the tokens.
export async function deployUniswapV2(chain, from, trader, reserves, prices) {
  const weth = reserves.WETH.address;
  const factory = await chain.deploy(from, 'UniswapV2Factory', [from]);
  const router = await chain.deploy(from, 'UniswapV2Router02', [factory, weth]);
  const pairs = [];
  for (const { pair, dollars } of PAIRS) {
    const [a, b] = pair.map((symbol) => ({ symbol, price: prices[symbol], ...reserves[symbol] }));
    for (const token of [a, b]) await chain.at(token.contract, token.address).write(trader, 'approve', [router, MAX]);
    const amount = (token) => (BigInt(dollars) * 10n ** 8n * 10n ** BigInt(token.decimals)) / token.price;
    const args = [a.address, b.address, amount(a), amount(b), 0n, 0n, trader, MAX];
    await chain.at('UniswapV2Router02', router).write(trader, 'addLiquidity', args, { gas: 8_000_000 });
    const address = await chain.at('UniswapV2Factory', factory).read('getPair', [a.address, b.address]);
    const [token0, token1] = BigInt(a.address) < BigInt(b.address) ? [a, b] : [b, a];
    pairs.push({ address, token0: token0.symbol, token1: token1.symbol });
  }
  return { factory, router, pairs };
}
