// SPDX-License-Identifier: Apache-2.0
// Describes a market that is already on the chain (a fork of a public network) from its addresses provider alone.
import { MULTICALL3 } from '../deploy/multicall.mjs';

async function feedOf(chain, source) {
  const feed = chain.at('PriceFeedProxy', source);
  const decimals = await feed.read('decimals').catch(() => 8);
  const aggregator = await feed.read('aggregator').catch(() => null);
  return { kind: aggregator === null ? 'other' : 'proxy', source, aggregator, decimals: Number(decimals) };
}

export async function discover(chain, addressesProvider) {
  if (addressesProvider === undefined) {
    throw new Error('a fork needs --base FILE (of the chain that is forked) or --addresses-provider ADDRESS');
  }
  const provider = chain.at('PoolAddressesProvider', addressesProvider);
  const dataProvider = await provider.read('getPoolDataProvider');
  const oracle = await provider.read('getPriceOracle');
  const data = chain.at('AaveProtocolDataProvider', dataProvider);
  const reserves = {};
  const feeds = {};
  for (const { symbol, tokenAddress } of await data.read('getAllReservesTokens')) {
    const name = reserves[symbol] === undefined ? symbol : `${symbol}-${tokenAddress.slice(2, 8)}`;
    const tokens = await data.read('getReserveTokensAddresses', [tokenAddress]);
    const decimals = await chain.at('MintableERC20', tokenAddress).read('decimals');
    reserves[name] = {
      address: tokenAddress,
      decimals: Number(decimals),
      contract: 'MintableERC20',
      a_token: tokens[0],
      stable_debt_token: tokens[1],
      variable_debt_token: tokens[2],
    };
    const source = await chain.at('AaveOracle', oracle).read('getSourceOfAsset', [tokenAddress]);
    feeds[name] = await feedOf(chain, source);
  }
  const aave = {
    addresses_provider: addressesProvider,
    acl_manager: await provider.read('getACLManager'),
    pool: await provider.read('getPool'),
    pool_configurator: await provider.read('getPoolConfigurator'),
    data_provider: dataProvider,
    oracle,
    reserves,
  };
  const missing = { uniswap: null, uniswap_v2: null, morpho: null, safe: null, guard: null, swapper: null };
  return { multicall3: MULTICALL3, aave, feeds, ...missing };
}
