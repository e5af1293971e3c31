// SPDX-License-Identifier: Apache-2.0
// Positions in Morpho Blue: open, read, liquidate. Morpho has no view of a position's health; it is taken from what Morpho
// itself says after accruing interest, as its own check does.
import { paramsOf } from '../deploy/morpho.mjs';
import { MAX, amountOf, mint, tokenOf } from './aave.mjs';
import { decode, encode } from './contracts.mjs';
import { aggregate } from './multicall.mjs';

const WAD = 10n ** 18n;
const ORACLE_SCALE = 10n ** 36n;
const VIRTUAL_SHARES = 1_000_000n;
const VIRTUAL_ASSETS = 1n;
const HIGHEST_INCENTIVE = (WAD * 115n) / 100n;
const NO_DEBT = 2n ** 256n - 1n;

export const morphoOf = ({ chain, info }) => chain.at('Morpho', info.morpho.morpho);

export function marketOf({ info }, name) {
  const market = info.morpho.markets[name];
  if (market === undefined) throw new Error(`no Morpho market ${name}`);
  return market;
}

async function approveMorpho(devnet, account, symbol) {
  const token = tokenOf(devnet, symbol);
  if (await token.read('allowance', [account, devnet.info.morpho.morpho]) < MAX / 2n) {
    await token.write(account, 'approve', [devnet.info.morpho.morpho, MAX]);
  }
}

/// Amounts are decimal text or bigints in units.
export async function openMorphoPosition(devnet, account, name, { collateral, debt, idle }) {
  const market = marketOf(devnet, name);
  const value = amountOf(devnet, market.collateral, collateral);
  await mint(devnet, account, market.collateral, value);
  await approveMorpho(devnet, account, market.collateral);
  const morpho = morphoOf(devnet);
  await morpho.write(account, 'supplyCollateral', [paramsOf(market), value, account, '0x']);
  const owed = amountOf(devnet, market.loan, debt);
  await morpho.write(account, 'borrow', [paramsOf(market), owed, 0n, account, account]);
  if (idle !== undefined) await mint(devnet, account, market.loan, idle);
  return morphoData(devnet, account, name);
}

/// { collateral, debt (units), price (1e36 scaled), shares, healthFactor (1e18) } with the interest of this block.
export async function morphoData({ chain, info }, account, name, block = 'latest') {
  const market = marketOf({ info }, name);
  const { morpho } = info.morpho;
  const calls = [
    ['accrueInterest', [paramsOf(market)]], ['position', [market.id, account]], ['market', [market.id]],
  ].map(([functionName, args]) => [morpho, encode('Morpho', functionName, args)]);
  calls.push([market.oracle, encode('OracleMock', 'price')]);
  const results = await aggregate(chain, info.multicall3, calls, block);
  if (results.some(({ success }) => !success)) throw new Error(`Morpho does not answer for ${account} at ${block}`);
  const [, shares, collateral] = decode('Morpho', 'position', [market.id, account], results[1].returnData);
  const [, , totalAssets, totalShares] = decode('Morpho', 'market', [market.id], results[2].returnData);
  const price = decode('OracleMock', 'price', [], results[3].returnData);
  const scale = totalShares + VIRTUAL_SHARES;
  const debt = (shares * (totalAssets + VIRTUAL_ASSETS) + scale - 1n) / scale;
  const limit = ((collateral * price) / ORACLE_SCALE) * BigInt(market.lltv) / WAD;
  return { collateral, debt, shares, price, healthFactor: debt === 0n ? NO_DEBT : (limit * WAD) / debt };
}

export async function fundMorphoLiquidator(devnet, name, amount) {
  const market = marketOf(devnet, name);
  const liquidator = devnet.info.accounts[3].address;
  await mint(devnet, liquidator, market.loan, amount);
  await approveMorpho(devnet, liquidator, market.loan);
}

/// What a liquidator receives for what it repays, 1e18: min(1.15, 1 / (1 - 0.3 (1 - lltv))).
export function incentiveOf({ lltv }) {
  const factor = (WAD * WAD) / (WAD - (3n * (WAD - BigInt(lltv))) / 10n);
  return factor < HIGHEST_INCENTIVE ? factor : HIGHEST_INCENTIVE;
}

/// A real liquidation of the whole debt, or of as much as the collateral is worth.
export async function submitMorphoLiquidation(devnet, account, name, options = {}) {
  const market = marketOf(devnet, name);
  const { shares, collateral, debt, price } = await morphoData(devnet, account, name);
  const liquidator = devnet.info.accounts[3].address;
  const tooLittle = (collateral * price) / ORACLE_SCALE < (debt * incentiveOf(market)) / WAD;
  const args = [paramsOf(market), account, tooLittle ? collateral : 0n, tooLittle ? 0n : shares, '0x'];
  return morphoOf(devnet).submit(liquidator, 'liquidate', args, options);
}

export async function liquidateMorpho(devnet, account, name) {
  const { debt } = await morphoData(devnet, account, name);
  await fundMorphoLiquidator(devnet, name, (debt * 11n) / 10n);
  const receipt = await devnet.chain.receipt(await submitMorphoLiquidation(devnet, account, name));
  if (receipt.status !== '0x1') throw new Error(`liquidation of ${account} in ${name} reverted`);
  return morphoOf(devnet).events('Liquidate', receipt.logs)[0];
}
