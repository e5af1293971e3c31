// SPDX-License-Identifier: Apache-2.0
// Tokens and the price feeds behind them.
import { RATIO_GROWTH_BPS, RESERVES, units } from './market.mjs';

export async function deployTokens(chain, from) {
  const tokens = {};
  for (const { symbol, decimals, token = 'MintableERC20' } of RESERVES) {
    const contract = symbol === 'WETH' ? 'WETH9Mocked' : token;
    const args = symbol === 'WETH' ? [] : [symbol, symbol, decimals];
    tokens[symbol] = { address: await chain.deploy(from, contract, args), decimals, contract };
  }
  // Its mint is not backed by ether: give the contract enough that withdraw() always works.
  await chain.setBalance(tokens.WETH.address, 10n ** 27n);
  return tokens;
}

/// prices: { symbol: decimal dollars }, replacing the market's own.
export async function deployFeeds(chain, from, prices = {}) {
  const feeds = {};
  for (const { symbol, price } of RESERVES) {
    if (price === undefined) continue;
    const answer = units(prices[symbol] ?? price, 8);
    const aggregator = await chain.deploy(from, 'PriceAggregator', [8, `${symbol} / USD`, answer]);
    const proxy = await chain.deploy(from, 'PriceFeedProxy', [aggregator]);
    feeds[symbol] = { kind: 'proxy', source: proxy, aggregator, decimals: 8 };
  }
  for (const { symbol, ratio } of RESERVES) {
    if (ratio === undefined) continue;
    const args = [feeds.WETH.source, `${symbol} / USD`, units(ratio, 18), RATIO_GROWTH_BPS];
    const source = await chain.deploy(from, 'RatioPriceAdapter', args);
    feeds[symbol] = { kind: 'ratio', source, aggregator: null, decimals: 8, base: 'WETH' };
  }
  return feeds;
}
