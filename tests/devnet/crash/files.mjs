// SPDX-License-Identifier: Apache-2.0
// The daemon's files: keystores, passphrases and plimsoll.toml.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeKeystore } from './keystore.mjs';

const SECRET = { mode: 0o600 };
const text = (value) => (typeof value === 'string' ? `"${value}"` : String(value));
const list = (values) => `[${values.map((value) => `"${value}"`).join(', ')}]`;
const table = (name, entries) => [`\n[${name}]`,
  ...Object.entries(entries).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${Array.isArray(value) ? list(value) : text(value)}`)].join('\n');

const LIMITS = { max_slippage: '0.5%', max_fee_per_gas: '1000 gwei', max_gas_per_day: '2 ETH', cooldown: '1s' };
// A sale may go through two pools, of which some take 0.3 %; far from liquidation half of the slippage is all that is used.
const SALES = { max_slippage: '1%' };
// The guarded ones have nothing to repay from.
const STRATEGIES = { idle: ['repay-from-wallet'], guarded: ['repay-with-collateral'] };
export const LEVELS = { warn: '1.30', trigger: '1.20', target: '1.45' };

const inline = (entries) => Object.entries(entries).map(([key, value]) => `${key} = ${text(value)}`).join(', ');

/// wallet: { name, address, private_key, access and guardian (guarded), morpho (its market), settings (of the position), limits,
/// signer (settings of a service; without it a keystore is written) }
function walletTables(wallet, folder) {
  const { name, address, access, morpho } = wallet;
  const signer = wallet.signer === undefined
    ? `{ keystore = "${join(folder, `${name}.json`)}", passphrase = { file = "${join(folder, `${name}.pass`)}" } }`
    : `{ ${inline(wallet.signer)} }`;
  const settings = {
    name: positionOf(wallet), market: morpho === undefined ? 'local' : `local-${morpho}`, ...LEVELS,
    strategies: STRATEGIES[access === undefined ? 'idle' : 'guarded'], ...wallet.settings,
  };
  const limits = inline({ ...LIMITS, ...(access === undefined ? {} : SALES), ...wallet.limits });
  return [
    `${table(`wallet.${name}`, { address, mode: 'live', guard: access })}\nsigner = ${signer}`,
    table(`[wallet.${name}.position]`, settings), `limits = { ${limits} }`,
  ].join('\n');
}

export const positionOf = ({ name, morpho }) => `${name}-${morpho ?? 'aave'}`;

/// What sales go through: { pools (default all of Uniswap V3), lenders (default Morpho), aggregators: { name: settings },
/// reference (time of the pools' mean price) }.
function venueTables({ uniswap, morpho, guard }, wallets, chosen) {
  if (guard === null || wallets.every(({ access }) => access === undefined)) return [];
  const lenders = chosen.lenders ?? { morpho: { kind: 'morpho-blue', address: morpho.morpho } };
  const pools = chosen.pools ?? uniswap.pools.filter(({ thin }) => !thin);
  const ofChain = (entries) => ({ chain: 'local', ...entries });
  const tables = [table('router.uniswap', ofChain({ kind: 'uniswap-v3', address: uniswap.router }))];
  for (const { token0, token1, fee, address } of pools) {
    const name = `${token0}-${token1}-${fee}`.toLowerCase();
    tables.push(table(`pool.${name}`, ofChain({ kind: 'uniswap-v3', address, reference: chosen.reference })));
  }
  for (const [name, entries] of Object.entries(lenders)) tables.push(table(`lender.${name}`, ofChain(entries)));
  for (const [name, entries] of Object.entries(chosen.aggregators ?? {})) tables.push(table(`aggregator.${name}`, ofChain(entries)));
  const markets = new Set(wallets.map(({ morpho: market }) => market).filter((market) => market !== undefined));
  for (const market of markets) {
    tables.push(table(`market.local-${market}`, ofChain(
      { protocol: 'morpho-blue', morpho: morpho.morpho, id: morpho.markets[market].id })));
  }
  return tables;
}

/// Keystores, passphrases and plimsoll.toml for the protected wallets, all 0600; venues may also have { chain: settings of
/// [chain.local], market: settings of [market.local], relays: { name: settings } }. Returns the path of the configuration.
export function writeDaemonFiles(folder, info, wallets, port, venues = {}) {
  mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
  for (const wallet of wallets.filter(({ signer }) => signer === undefined)) {
    writeKeystore(folder, wallet.name, wallet.guardian ?? wallet);
  }
  const guarded = wallets.some(({ access }) => access !== undefined);
  const parts = [
    'version = 1\nmode = "live"',
    table('daemon', { data_dir: join(folder, 'data'), listen: `127.0.0.1:${port}` }),
    table('chain.local', {
      id: info.chain_id, rpc: [info.ws_url, info.http_url], rpc_fee_cap: '0 ETH',
      guard: guarded ? info.guard : undefined, wrapped_native: guarded ? info.uniswap.weth : undefined, ...venues.chain,
    }),
    table('market.local', {
      chain: 'local', protocol: 'aave-v3', addresses_provider: info.aave.addresses_provider, ...venues.market,
    }),
    ...venueTables(info, wallets, venues),
    ...Object.entries(venues.relays ?? {}).map(([name, entries]) => table(`relay.${name}`, { chain: 'local', ...entries })),
    ...wallets.map((wallet) => walletTables(wallet, folder)),
  ];
  const path = join(folder, 'plimsoll.toml');
  writeFileSync(path, `${parts.join('\n')}\n`, SECRET);
  return path;
}
