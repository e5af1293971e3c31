// SPDX-License-Identifier: Apache-2.0
// Self-tests of the accounts that are no plain EOAs, of the pools' prices and depth, and of Morpho.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OBSERVATIONS } from '../deploy/market.mjs';
import { createSafe, enableModule, safeWrite } from '../deploy/safe.mjs';
import * as aave from '../lib/aave.mjs';
import { encode } from '../lib/contracts.mjs';
import { setPrice } from '../lib/feeds.mjs';
import { delegate } from '../lib/guard.mjs';
import { liquidateMorpho, morphoData, openMorphoPosition } from '../lib/morpho.mjs';
import { alignPools, drainPool, fairSqrtPrice, oraclePrices, poolOfPair, quote, sqrtPriceOf } from '../lib/pools.mjs';

/// devnet: () => the chain; user(i): free accounts.
export function testAccounts(devnet, user) {
  test('a Safe does what its owner says, and enables a module', async () => {
    const owner = user(12);
    const safe = await createSafe(devnet(), owner);
    const weth = aave.reserveOf(devnet(), 'WETH').address;
    await safeWrite(devnet(), safe, owner, weth, encode('MintableERC20', 'approve', [owner, 7n]));
    assert.equal(await devnet().chain.at('MintableERC20', weth).read('allowance', [safe, owner]), 7n);
    await enableModule(devnet(), safe, owner, user(13));
    assert.equal(await devnet().chain.at('Safe', safe).read('isModuleEnabled', [user(13)]), true);
    await assert.rejects(safeWrite(devnet(), safe, user(13), weth, '0x'), /GS026/);
  });

  test('an EOA takes the code of a contract (EIP-7702)', async () => {
    const account = devnet().info.accounts[24];
    await delegate(devnet(), account, devnet().info.multicall3);
    const code = await devnet().chain.rpc.call('eth_getCode', [account.address, 'latest']);
    assert.equal(code.toLowerCase(), `0xef0100${devnet().info.multicall3.slice(2).toLowerCase()}`);
  });

  test('pools follow the oracle, keep past prices and lose their depth', async () => {
    const pool = poolOfPair(devnet(), 'WETH', 'USDC', 500);
    await setPrice(devnet(), 'WETH', '1900');
    await alignPools(devnet());
    assert.equal(await sqrtPriceOf(devnet(), pool), fairSqrtPrice(devnet(), pool, await oraclePrices(devnet())));
    const [, , , , remembered] = await devnet().chain.at('UniswapV3Pool', pool.address).read('slot0');
    assert.equal(remembered, OBSERVATIONS);
    const [weth, usdc] = ['WETH', 'USDC'].map((symbol) => aave.reserveOf(devnet(), symbol).address);
    const before = await quote(devnet(), weth, usdc, 10n ** 19n, 500);
    assert.ok(before > 18_900_000_000n && before < 19_000_000_000n, String(before));
    await drainPool(devnet(), pool, 1);
    assert.ok(await quote(devnet(), weth, usdc, 10n ** 19n, 500) < (before * 9n) / 10n);
  });

  test('a position in Morpho is liquidated below a health factor of one, and not above', async () => {
    const account = user(15);
    const { healthFactor } = await openMorphoPosition(devnet(), account, 'weth-usdc', { collateral: '10', debt: '15000' });
    assert.ok(healthFactor > aave.ONE && healthFactor < (aave.ONE * 11n) / 10n, String(healthFactor));
    await assert.rejects(liquidateMorpho(devnet(), account, 'weth-usdc'), /reverted/);
    await setPrice(devnet(), 'WETH', '1700');
    assert.ok((await morphoData(devnet(), account, 'weth-usdc')).healthFactor < aave.ONE);
    const { seizedAssets } = await liquidateMorpho(devnet(), account, 'weth-usdc');
    assert.ok(seizedAssets > 0n);
  });
}
