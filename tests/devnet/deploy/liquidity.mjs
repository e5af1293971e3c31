// SPDX-License-Identifier: Apache-2.0
// Third parties: one supplies every reserve, one has debts in all of them, so that indices move.
import { RESERVES, units } from './market.mjs';

const MAX = 2n ** 256n - 1n;
const VARIABLE = 2n;
const BORROWER_COLLATERAL = [['WETH', 300_000], ['CRV', 1_000_000]];

async function supply(chain, aave, account, symbol, amount) {
  const reserve = aave.reserves[symbol];
  const value = units(amount, reserve.decimals);
  const token = chain.at(reserve.contract, reserve.address);
  await token.write(account, 'mint', [account, value]);
  await token.write(account, 'approve', [aave.pool, MAX]);
  await chain.at('Pool', aave.pool).write(account, 'supply', [reserve.address, value, account, 0]);
}

export async function provideLiquidity(chain, aave, { deployer, supplier, borrower }) {
  const pool = chain.at('Pool', aave.pool);
  for (const reserve of RESERVES) {
    if (reserve.supply > 0) await supply(chain, aave, supplier, reserve.symbol, reserve.supply);
  }
  for (const [symbol, amount] of BORROWER_COLLATERAL) await supply(chain, aave, borrower, symbol, amount);
  for (const { symbol, decimals, debt } of RESERVES) {
    if (debt === 0) continue;
    const asset = aave.reserves[symbol].address;
    await pool.write(borrower, 'borrow', [asset, units(debt, decimals), VARIABLE, 0, borrower]);
  }
  const configurator = chain.at('PoolConfigurator', aave.pool_configurator);
  for (const { symbol, earlierLtv, ltv, threshold, bonus } of RESERVES) {
    if (earlierLtv === undefined) continue;
    const args = [aave.reserves[symbol].address, BigInt(ltv), BigInt(threshold), BigInt(bonus)];
    await configurator.write(deployer, 'configureReserveAsCollateral', args);
  }
}
