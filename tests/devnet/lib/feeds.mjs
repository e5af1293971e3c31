// SPDX-License-Identifier: Apache-2.0
// Prices: what the oracle reads, and how a test moves it.
import { units } from '../deploy/market.mjs';

/// The oracle's price of an asset, 1e8 per dollar.
export function oraclePrice({ chain, info }, symbol, block = 'latest') {
  return chain.at('AaveOracle', info.aave.oracle).read('getAssetPrice', [info.aave.reserves[symbol].address], block);
}

/// Sets a price (decimal dollars, or a bigint in 1e8) through the aggregator, which emits AnswerUpdated. With
/// { wait: false } the transaction is only put into the pool and its hash comes back.
export async function setPrice(devnet, symbol, price, { wait = true } = {}) {
  const { chain, info } = devnet;
  const feed = info.feeds[symbol];
  const answer = typeof price === 'bigint' ? price : units(price, feed.decimals);
  if (feed.kind === 'ratio') throw new Error(`${symbol} follows ${feed.base}: set that, or setRatio`);
  if (info.fork_url !== null && info.feeds[symbol].replaced !== true) await replaceForeignFeed(devnet, symbol);
  const aggregator = chain.at('PriceAggregator', feed.aggregator ?? feed.source);
  const owner = info.accounts[0].address;
  return wait ? aggregator.write(owner, 'submit', [answer]) : aggregator.submit(owner, 'submit', [answer]);
}

/// The rate of an adapter without events, decimal text with up to 18 places.
export function setRatio({ chain, info }, symbol, ratio, { wait = true } = {}) {
  const adapter = chain.at('RatioPriceAdapter', info.feeds[symbol].source);
  const args = [units(ratio, 18)];
  const owner = info.accounts[0].address;
  return wait ? adapter.write(owner, 'setRatio', args) : adapter.submit(owner, 'setRatio', args);
}

/// On a fork of a public network nobody here may submit: the aggregator's code becomes our own, with the same decimals, and
/// continues from the price that was there. A forked local chain needs nothing.
async function replaceForeignFeed({ chain, info }, symbol) {
  const feed = info.feeds[symbol];
  const target = feed.aggregator ?? feed.source;
  feed.replaced = true;
  const owner = info.accounts[0].address;
  const ours = await chain.at('PriceAggregator', target).read('owner').catch(() => null);
  if (ours === owner) return;
  const asset = info.aave.reserves[symbol].address;
  const price = await chain.at('AaveOracle', info.aave.oracle).read('getAssetPrice', [asset]);
  const template = await chain.deploy(owner, 'PriceAggregator', [feed.decimals, `${symbol} / USD`, price]);
  await chain.rpc.call('anvil_setCode', [target, await chain.rpc.call('eth_getCode', [template, 'latest'])]);
  await chain.at('PriceAggregator', target).write(owner, 'submit', [price]);
}

/// A new aggregator behind the proxy, as when a feed is upgraded: the proxy itself emits nothing.
export async function upgradeAggregator({ chain, info }, symbol, price) {
  const feed = info.feeds[symbol];
  const owner = info.accounts[0].address;
  const answer = units(price, feed.decimals);
  const aggregator = await chain.deploy(owner, 'PriceAggregator', [feed.decimals, `${symbol} / USD`, answer]);
  const proxy = chain.at('PriceFeedProxy', feed.source);
  await proxy.write(owner, 'proposeAggregator', [aggregator]);
  await proxy.write(owner, 'confirmAggregator', [aggregator]);
  feed.aggregator = aggregator;
  return aggregator;
}

/// Every AnswerUpdated that an aggregator has emitted.
export async function answers({ chain, info }, symbol, fromBlock = '0x0') {
  const aggregator = chain.at('PriceAggregator', info.feeds[symbol].aggregator);
  const logs = await chain.logs({ address: aggregator.address, fromBlock, toBlock: 'latest' });
  return aggregator.events('AnswerUpdated', logs);
}

