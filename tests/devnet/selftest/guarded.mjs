// SPDX-License-Identifier: Apache-2.0
// Self-test of the guarded wallets: each is rescued once, by a plan written by hand and another lender each time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pricePath } from '../crash/path.mjs';
import { balancesOf, healthOf } from '../crash/protocol.mjs';
import { chooseGuarded, openGuarded } from '../crash/wallets.mjs';
import { startDevnet } from '../lib/devnet.mjs';
import { setPrice } from '../lib/feeds.mjs';
import { leftovers } from '../lib/guard.mjs';
import { repayWithLoan, repayWithoutLoan, submitPlan } from '../lib/plans.mjs';
import { alignPools } from '../lib/pools.mjs';

const WETH_TO_USDC = { way: ['WETH', 'USDC'], fees: [500] };
const ETH = 145n;  // dollars

const PLANS = {
  'by-allowance': (devnet, wallet) => withLoan(devnet, wallet, 'aave'),
  'by-7702': (devnet, wallet) => withLoan(devnet, wallet, 'morpho'),
  'by-safe': (devnet, wallet) => repayWithoutLoan(devnet, wallet,
    { way: ['WBTC', 'WETH', 'DAI'], fees: [500, 3000], sell: wallet.supply.WBTC / 30n, times: 3 }),
  'on-morpho': (devnet, wallet) => withLoan(devnet, wallet, 'morphoRepay'),
};

function withLoan(devnet, wallet, lender) {
  const sell = wallet.supply.WETH / 5n;
  const repay = ((sell * ETH * 99n) / 100n) / 10n ** 12n;
  return repayWithLoan(devnet, wallet, { ...WETH_TO_USDC, sell, repay, lender });
}

test('guarded wallets of every kind are rescued by a plan of their guardian', async () => {
  const path = pricePath('09:00', '12:00');
  const devnet = await startDevnet({ prices: path[0].prices });
  try {
    const wallets = chooseGuarded(devnet.info.accounts, path, 10);
    for (const wallet of wallets) await openGuarded(devnet, wallet);
    await setPrice(devnet, 'WETH', String(ETH));
    await setPrice(devnet, 'WBTC', '6300');
    await alignPools(devnet);
    for (const wallet of wallets.filter(({ protected: watched }) => watched)) {
      const [health, before] = [await healthOf(devnet, wallet, 'latest'), await balancesOf(devnet, wallet, 'latest')];
      await submitPlan(devnet, wallet, PLANS[wallet.name](devnet, wallet));
      const after = await balancesOf(devnet, wallet, 'latest');
      assert.ok(await healthOf(devnet, wallet, 'latest') > health, wallet.name);
      const [debt] = Object.keys(wallet.borrow);
      assert.ok(after.borrow[debt] < (before.borrow[debt] * 95n) / 100n, wallet.name);
    }
    assert.deepEqual(await leftovers(devnet), []);
  } finally {
    await devnet.stop();
  }
});
