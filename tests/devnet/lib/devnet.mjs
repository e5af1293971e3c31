// SPDX-License-Identifier: Apache-2.0
// The whole local chain as one object: start it, and get { chain, info, stop() }.
import { getAddress } from 'viem/utils';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { deployAave } from '../deploy/aave.mjs';
import { provideLiquidity } from '../deploy/liquidity.mjs';
import { ROLES, RESERVES } from '../deploy/market.mjs';
import { deployGuard } from '../deploy/guard.mjs';
import { deployMorpho } from '../deploy/morpho.mjs';
import { placeMulticall } from '../deploy/multicall.mjs';
import { deploySafeContracts } from '../deploy/safe.mjs';
import { deployFeeds, deployTokens } from '../deploy/tokens.mjs';
import { deployUniswap } from '../deploy/uniswap.mjs';
import { deployUniswapV2 } from '../deploy/uniswap_v2.mjs';
import { startAnvil } from './anvil.mjs';
import { Chain } from './chain.mjs';
import { hasGuard } from './contracts.mjs';
import { discover } from './discover.mjs';
import { Rpc, hex } from './rpc.mjs';

const TREASURY = '0x00000000000000000000000000000000007ea5e7';
export const CHAIN_ID = 31337;
// One block per second while deploying, so that the state is the same in every run: the genesis block is this much older.
const DEPLOYMENT_SECONDS = 600;
const START_BASE_FEE = 10n ** 10n;

async function deploy(chain, accounts, options) {
  const who = Object.fromEntries(ROLES.map((role, i) => [role, accounts[i].address]));
  const multicall3 = await placeMulticall(chain);
  const tokens = await deployTokens(chain, who.deployer);
  const feeds = await deployFeeds(chain, who.deployer, options.prices);
  const aave = await deployAave(chain, who.deployer, tokens, feeds, TREASURY);
  await provideLiquidity(chain, aave, who);
  const oracle = chain.at('AaveOracle', aave.oracle);
  const prices = {};
  for (const { symbol } of RESERVES) prices[symbol] = await oracle.read('getAssetPrice', [tokens[symbol].address]);
  const uniswap = await deployUniswap(chain, who.deployer, who.trader, aave.reserves, prices);
  const morpho = await deployMorpho(chain, who, aave.reserves, feeds, TREASURY);
  const safe = await deploySafeContracts(chain, who.deployer);
  const { guard, swapper } = hasGuard() ? await deployGuard(chain, who.deployer) : { guard: null, swapper: null };
  const uniswapV2 = await deployUniswapV2(chain, who.deployer, who.trader, aave.reserves, prices);
  return { multicall3, aave, feeds, uniswap, uniswap_v2: uniswapV2, morpho, safe, guard, swapper };
}

/// The clock follows this machine's afterwards, or continues from a fixed genesis.
async function releaseClock(chain, fixed) {
  await chain.rpc.call('anvil_removeBlockTimestampInterval');
  const { timestamp } = await chain.head();
  const now = fixed ? timestamp + 1 : Math.max(timestamp + 1, Math.floor(Date.now() / 1000));
  await chain.rpc.call('evm_setTime', [now]);
  await chain.rpc.call('anvil_setNextBlockBaseFeePerGas', [hex(START_BASE_FEE)]);
  await chain.mine();
}

async function contractsOf(chain, anvil, options) {
  if (options.base !== undefined) {
    const { multicall3, aave, feeds, uniswap, uniswap_v2, morpho, safe, guard, swapper } = options.base;
    return { multicall3, aave, feeds, uniswap, uniswap_v2, morpho, safe, guard, swapper };
  }
  if (options.forkUrl !== undefined) return discover(chain, options.addressesProvider);
  return deploy(chain, anvil.accounts, options);
}

/// Options: those of startAnvil, and prices { symbol: dollars }, base (the description of the chain that is forked) or
/// addressesProvider (of the market on the chain that is forked).
export async function startDevnet(options = {}) {
  const started = Date.now();
  const forked = options.forkUrl !== undefined;
  const fixed = options.timestamp !== undefined;
  const genesis = options.timestamp ?? Math.floor(Date.now() / 1000) - DEPLOYMENT_SECONDS;
  const chosen = forked ? {} : { timestamp: genesis, chainId: options.chainId ?? CHAIN_ID };
  const anvil = await startAnvil({ ...options, timestamp: undefined, ...chosen });
  try {
    const chain = new Chain(anvil.rpc);
    if (!forked) await chain.rpc.call('anvil_setBlockTimestampInterval', [1]);
    const contracts = await contractsOf(chain, anvil, options);
    if (!forked) await releaseClock(chain, fixed);
    const head = await chain.head();
    const info = {
      chain_id: Number(await chain.rpc.call('eth_chainId')),
      http_url: anvil.rpc.url.origin,
      ws_url: `ws://${anvil.rpc.url.host}`,
      pid: anvil.pid,
      log: anvil.log,
      fork_url: options.forkUrl ?? null,
      block: { number: head.number, hash: head.hash, timestamp: head.timestamp },
      accounts: anvil.accounts.map(({ address, private_key }, i) => ({
        role: ROLES[i] ?? 'user', address: getAddress(address), private_key,
      })),
      ...contracts,
      started_in_ms: Date.now() - started,
    };
    return { chain, info, stop: () => anvil.stop(), exit: anvil.exit };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

/// A devnet that already runs, from the file that start.mjs wrote.
export async function openDevnet(path) {
  const info = JSON.parse(readFileSync(path, 'utf8'));
  const rpc = new Rpc(info.http_url);
  return { chain: new Chain(rpc), info, stop: async () => rpc.close() };
}

export function writeInfo(path, info) {
  writeFileSync(`${path}.part`, `${JSON.stringify(info, null, 2)}\n`);
  renameSync(`${path}.part`, path);
}
