// SPDX-License-Identifier: Apache-2.0
// Positions in the market: open, read, change, liquidate. Amounts are decimal text in whole tokens, or bigints in units.
import { units } from '../deploy/market.mjs';

export const VARIABLE = 2n;
export const MAX = 2n ** 256n - 1n;
export const ONE = 10n ** 18n;

export const reserveOf = ({ info }, symbol) => {
  const reserve = info.aave.reserves[symbol];
  if (reserve === undefined) throw new Error(`no reserve ${symbol}`);
  return reserve;
};
export const tokenOf = (devnet, symbol) => {
  const reserve = reserveOf(devnet, symbol);
  return devnet.chain.at(reserve.contract, reserve.address);
};
export const poolOf = ({ chain, info }) => chain.at('Pool', info.aave.pool);
export const configuratorOf = ({ chain, info }) => chain.at('PoolConfigurator', info.aave.pool_configurator);
export const amountOf = (devnet, symbol, amount) =>
  (typeof amount === 'bigint' ? amount : units(amount, reserveOf(devnet, symbol).decimals));

/// getUserAccountData by name: base currency 1e8, ratios in bps, health factor 1e18.
export async function accountData(devnet, account, block = 'latest') {
  const [collateral, debt, available, threshold, ltv, healthFactor] =
    await poolOf(devnet).read('getUserAccountData', [account], block);
  return { collateral, debt, available, threshold, ltv, healthFactor };
}

export async function mint(devnet, account, symbol, amount) {
  await tokenOf(devnet, symbol).write(devnet.info.accounts[0].address, 'mint', [account, amountOf(devnet, symbol, amount)]);
}

/// Sets an allowance towards the pool, through zero where the token insists.
export async function approve(devnet, account, symbol, amount = MAX) {
  const token = tokenOf(devnet, symbol);
  const spender = devnet.info.aave.pool;
  const value = amountOf(devnet, symbol, amount);
  const before = await token.read('allowance', [account, spender]);
  if (before === value) return;
  if (before !== 0n && reserveOf(devnet, symbol).contract === 'NonStandardToken') {
    await token.write(account, 'approve', [spender, 0n]);
  }
  await token.write(account, 'approve', [spender, value]);
}

export async function supply(devnet, account, symbol, amount, { collateral = true } = {}) {
  const value = amountOf(devnet, symbol, amount);
  const asset = reserveOf(devnet, symbol).address;
  await mint(devnet, account, symbol, value);
  await approve(devnet, account, symbol);
  await poolOf(devnet).write(account, 'supply', [asset, value, account, 0]);
  const id = await reserveId(devnet, symbol);
  const { data } = await poolOf(devnet).read('getUserConfiguration', [account]);
  const enabled = ((data >> BigInt(id * 2 + 1)) & 1n) === 1n;
  if (enabled !== collateral) await poolOf(devnet).write(account, 'setUserUseReserveAsCollateral', [asset, collateral]);
}

export async function reserveId(devnet, symbol) {
  return Number((await poolOf(devnet).read('getReserveData', [reserveOf(devnet, symbol).address])).id);
}

export function borrow(devnet, account, symbol, amount) {
  const args = [reserveOf(devnet, symbol).address, amountOf(devnet, symbol, amount), VARIABLE, 0, account];
  return poolOf(devnet).write(account, 'borrow', args);
}

export async function repay(devnet, account, symbol, amount) {
  await approve(devnet, account, symbol);
  const args = [reserveOf(devnet, symbol).address, amountOf(devnet, symbol, amount), VARIABLE, account];
  return poolOf(devnet).write(account, 'repay', args);
}

export function withdraw(devnet, account, symbol, amount) {
  const args = [reserveOf(devnet, symbol).address, amountOf(devnet, symbol, amount), account];
  return poolOf(devnet).write(account, 'withdraw', args);
}

export const setEMode = (devnet, account, category) => poolOf(devnet).write(account, 'setUserEMode', [category]);

/// position: { emode, supply: { symbol: amount }, borrow: { symbol: amount }, idle: { symbol: amount } }
export async function openPosition(devnet, account, position) {
  for (const [symbol, amount] of Object.entries(position.supply ?? {})) await supply(devnet, account, symbol, amount);
  if (position.emode) await setEMode(devnet, account, position.emode);
  for (const [symbol, amount] of Object.entries(position.borrow ?? {})) await borrow(devnet, account, symbol, amount);
  for (const [symbol, amount] of Object.entries(position.idle ?? {})) await mint(devnet, account, symbol, amount);
  return accountData(devnet, account);
}

export async function debtOf(devnet, account, symbol, block = 'latest') {
  const token = devnet.chain.at('VariableDebtToken', reserveOf(devnet, symbol).variable_debt_token);
  return token.read('balanceOf', [account], block);
}

export async function collateralOf(devnet, account, symbol, block = 'latest') {
  return devnet.chain.at('AToken', reserveOf(devnet, symbol).a_token).read('balanceOf', [account], block);
}

/// A real liquidationCall by the liquidator's account, of as much as the pool lets it take. Returns the event.
export async function liquidate(devnet, account, collateral, debt, options = {}) {
  const liquidator = devnet.info.accounts[3].address;
  await fundLiquidator(devnet, debt, await debtOf(devnet, account, debt));
  const hash = await submitLiquidation(devnet, account, collateral, debt, options);
  const receipt = await devnet.chain.receipt(hash);
  if (receipt.status !== '0x1') {
    const args = liquidationArgs(devnet, account, collateral, debt);
    await poolOf(devnet).simulate(liquidator, 'liquidationCall', args, receipt.blockNumber);
    throw new Error(`liquidation of ${account} reverted`);
  }
  return poolOf(devnet).events('LiquidationCall', receipt.logs)[0];
}

const liquidationArgs = (devnet, account, collateral, debt) =>
  [reserveOf(devnet, collateral).address, reserveOf(devnet, debt).address, account, MAX, false];

export async function fundLiquidator(devnet, symbol, amount) {
  const liquidator = devnet.info.accounts[3].address;
  await mint(devnet, liquidator, symbol, amount);
  await approve(devnet, liquidator, symbol);
}

export function submitLiquidation(devnet, account, collateral, debt, options = {}) {
  const args = liquidationArgs(devnet, account, collateral, debt);
  return poolOf(devnet).submit(devnet.info.accounts[3].address, 'liquidationCall', args, options);
}

/// Changes an asset's collateral parameters (bps), as governance would.
export function setCollateralParameters(devnet, symbol, ltv, threshold, bonus) {
  const args = [reserveOf(devnet, symbol).address, BigInt(ltv), BigInt(threshold), BigInt(bonus)];
  return configuratorOf(devnet).write(devnet.info.accounts[0].address, 'configureReserveAsCollateral', args);
}
