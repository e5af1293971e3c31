// SPDX-License-Identifier: Apache-2.0
// The local chain tested by itself:  node tests/devnet/selftest.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createDecipheriv, scryptSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile, compileMorpho } from './contracts/compile.mjs';
import { complaints } from './crash/findings.mjs';
import { encryptKey } from './crash/keystore.mjs';
import { RESERVES, units } from './deploy/market.mjs';
import { MULTICALL3 } from './deploy/multicall.mjs';
import * as aave from './lib/aave.mjs';
import { startDevnet } from './lib/devnet.mjs';
import { answers, oraclePrice, setPrice, setRatio, upgradeAggregator } from './lib/feeds.mjs';
import { alignPools } from './lib/pools.mjs';
import { sleep } from './lib/rpc.mjs';
import { testAccounts } from './selftest/accounts.mjs';
import './selftest/guarded.mjs';
import { checkMarkets, checkOracle, checkRates } from './selftest/morpho.mjs';
import { playUnwatched } from './selftest/unwatched.mjs';
import { aggregate } from './lib/multicall.mjs';

const GENESIS = 1_700_000_000;
let devnet;
const user = (i) => devnet.info.accounts[10 + i].address;

before(async () => {
  devnet = await startDevnet({ timestamp: GENESIS });
  console.log(`devnet started in ${devnet.info.started_in_ms} ms`);
});
after(() => devnet?.stop());

test('the committed artifacts are what the sources compile to', () => {
  assert.equal(compile(), readFileSync(new URL('artifacts/contracts.json', import.meta.url), 'utf8'));
  assert.equal(compileMorpho(), readFileSync(new URL('artifacts/morpho.json', import.meta.url), 'utf8'));
});

test('two runs give the same addresses, and with a fixed genesis the same block hash', async () => {
  const same = ({ info: { chain_id, block, accounts, multicall3, aave: market, feeds, uniswap, morpho } }) =>
    ({ chain_id, block, accounts, multicall3, market, feeds, uniswap, morpho });
  const second = await startDevnet({ timestamp: GENESIS });
  const third = await startDevnet({ prices: { WETH: '150' } });
  try {
    assert.deepEqual(same(second), same(devnet));
    assert.deepEqual({ ...same(third), block: null }, { ...same(devnet), block: null });
  } finally {
    await Promise.all([second.stop(), third.stop()]);
  }
});

test('by default the clock is this machine\'s', async () => {
  const now = await startDevnet();
  try {
    const { timestamp } = await now.chain.head();
    assert.ok(Math.abs(timestamp - Date.now() / 1000) < 30, `${timestamp} is not now`);
  } finally {
    await now.stop();
  }
});

test('every reserve is listed with its parameters and price', async () => {
  const data = devnet.chain.at('AaveProtocolDataProvider', devnet.info.aave.data_provider);
  const listed = await data.read('getAllReservesTokens');
  assert.deepEqual(listed.map(({ symbol }) => symbol === 'WETH9' ? 'WETH' : symbol), RESERVES.map(({ symbol }) => symbol));
  for (const { symbol, decimals, price, ratio, ltv, threshold, bonus, debtCeiling } of RESERVES) {
    const asset = aave.reserveOf(devnet, symbol).address;
    const configuration = await data.read('getReserveConfigurationData', [asset]);
    assert.deepEqual(configuration.slice(0, 4), [decimals, ltv, threshold, bonus].map(BigInt), symbol);
    assert.equal(await data.read('getDebtCeiling', [asset]), BigInt(debtCeiling ?? 0) * 100n);
    const expected = ratio === undefined ? units(price, 8) : (units('2000', 8) * units(ratio, 18)) / 10n ** 18n;
    assert.equal(await oraclePrice(devnet, symbol), expected, symbol);
  }
});

test('the markets of Morpho Blue have the id of their parameters, liquidity and debts', () => checkMarkets(devnet));
test('the rate model answers what the real one was recorded to answer', () => checkRates(devnet));
test('the oracle of Morpho combines its feeds by the formula', () => checkOracle(devnet));

test('account data is the sum of balances at oracle prices', async () => {
  const account = devnet.info.accounts[2].address;
  const number = `0x${(await devnet.chain.head()).number.toString(16)}`;
  let debt = 0n;
  for (const { symbol, decimals } of RESERVES) {
    const owed = await aave.debtOf(devnet, account, symbol, number);
    debt += (owed * await oraclePrice(devnet, symbol, number)) / 10n ** BigInt(decimals);
  }
  const data = await aave.accountData(devnet, account, number);
  assert.equal(data.debt, debt);
  assert.ok(data.healthFactor > 15n * 10n ** 17n);
});

test('Multicall3 is at its usual address and aggregates, failures included', async () => {
  const { number } = await devnet.chain.head();
  const [block, failed] = await aggregate(devnet.chain, MULTICALL3, [
    [devnet.info.multicall3, '0x42cbb15c'],
    [devnet.info.aave.pool, '0xdeadbeef'],
  ]);
  assert.deepEqual(block, { success: true, returnData: `0x${number.toString(16).padStart(64, '0')}` });
  assert.equal(failed.success, false);
});

test('a price goes through the aggregator, with its event; the ratio adapter follows without one', async () => {
  const earlier = (await answers(devnet, 'WETH')).length;
  const receipt = await setPrice(devnet, 'WETH', '1999.5');
  const all = await answers(devnet, 'WETH');
  assert.equal(all.length, earlier + 1);
  assert.equal(all.at(-1).current, 199_950_000_000n);
  assert.equal(receipt.logs[0].address.toLowerCase(), devnet.info.feeds.WETH.aggregator.toLowerCase());
  assert.equal(await oraclePrice(devnet, 'WETH'), 199_950_000_000n);
  assert.equal(await oraclePrice(devnet, 'wstETH'), 229_942_500_000n);
  assert.deepEqual((await setRatio(devnet, 'wstETH', '1.1')).logs, []);
  assert.equal(await oraclePrice(devnet, 'wstETH'), 219_945_000_000n);
  await setRatio(devnet, 'wstETH', '5');
  const adapter = devnet.chain.at('RatioPriceAdapter', devnet.info.feeds.wstETH.source);
  assert.equal(await adapter.read('isCapped'), true);
  assert.ok(await oraclePrice(devnet, 'wstETH') < 231_000_000_000n);
  await setRatio(devnet, 'wstETH', '1.15');
});

test('a feed may change its aggregator without a word', async () => {
  const old = devnet.info.feeds.CRV.aggregator;
  const proxy = devnet.chain.at('PriceFeedProxy', devnet.info.feeds.CRV.source);
  const replaced = await upgradeAggregator(devnet, 'CRV', '0.6');
  assert.notEqual(replaced, old);
  assert.equal(await proxy.read('aggregator'), replaced);
  assert.equal(await oraclePrice(devnet, 'CRV'), 60_000_000n);
  assert.equal((await proxy.read('latestRoundData'))[0], (2n << 64n) | 1n);
});

test('a swap pays what the quoter says, near the oracle\'s price', async () => {
  await setPrice(devnet, 'WETH', '2000');
  await alignPools(devnet);
  const { uniswap, accounts } = devnet.info;
  const trader = accounts[4].address;
  for (const { token0, token1, fee, thin } of uniswap.pools) {
    const [tokenIn, tokenOut] = [token0, token1].map((symbol) => aave.reserveOf(devnet, symbol));
    const amountIn = (1000n * 10n ** 8n * 10n ** BigInt(tokenIn.decimals)) / await oraclePrice(devnet, token0);
    const route = { tokenIn: tokenIn.address, tokenOut: tokenOut.address, fee, sqrtPriceLimitX96: 0n };
    const quoter = devnet.chain.at('QuoterV2', uniswap.quoter);
    const [quoted] = await quoter.simulate(trader, 'quoteExactInputSingle', [{ ...route, amountIn }]);
    const token = aave.tokenOf(devnet, token1);
    const held = await token.read('balanceOf', [trader]);
    await devnet.chain.at('SwapRouter', uniswap.router).write(trader, 'exactInputSingle', [{
      ...route, recipient: trader, deadline: 2n ** 60n, amountIn, amountOutMinimum: quoted,
    }]);
    assert.equal(await token.read('balanceOf', [trader]) - held, quoted);
    const value = (quoted * await oraclePrice(devnet, token1)) / 10n ** BigInt(tokenOut.decimals);
    const lost = (1_000_000n * (1000n * 10n ** 8n - value)) / (1000n * 10n ** 8n);
    assert.ok(lost >= BigInt(fee) - 1n && lost < BigInt(fee) + (thin ? 10_000n : 500n), `${token0}/${token1} ${fee}: lost ${lost} ppm`);
  }
});

test('positions of every kind open: plain, eMode, isolated, and an LTV that fell to zero', async () => {
  const plain = await aave.openPosition(devnet, user(0), { supply: { WETH: '10', WBTC: '1' }, borrow: { USDC: '5000', DAI: '500.5' } });
  assert.equal(plain.debt, 550_050_000_000n);
  const efficient = await aave.openPosition(devnet, user(1), { emode: 2, supply: { wstETH: '10' }, borrow: { WETH: '9' } });
  assert.equal(efficient.ltv, 9000n);
  const isolated = await aave.openPosition(devnet, user(2), { supply: { ENS: '100' }, borrow: { DAI: '500' } });
  assert.equal(isolated.threshold, 4900n);
  await assert.rejects(aave.borrow(devnet, user(2), 'WETH', '0.01'), /reverted: 60/);
  await aave.setCollateralParameters(devnet, 'CRV', 3000, 4100, 10850);
  await aave.openPosition(devnet, user(3), { supply: { CRV: '10000' }, borrow: { USDC: '1000' } });
  await aave.setCollateralParameters(devnet, 'CRV', 0, 4100, 10850);
  const fallen = await aave.accountData(devnet, user(3));
  assert.deepEqual([fallen.ltv, fallen.available, fallen.threshold], [0n, 0n, 4100n]);
});

test('the token without return values insists on a zero allowance first', async () => {
  await aave.openPosition(devnet, user(4), { supply: { WETH: '1' }, borrow: { USDT: '100' } });
  await aave.approve(devnet, user(4), 'USDT', '1');
  const token = aave.tokenOf(devnet, 'USDT');
  await assert.rejects(token.write(user(4), 'approve', [devnet.info.aave.pool, 5n]), /reverted/);
  const { debt } = await aave.accountData(devnet, user(4));
  await aave.repay(devnet, user(4), 'USDT', '40');
  const reduced = debt - (await aave.accountData(devnet, user(4))).debt;
  assert.ok(reduced > 39_99900000n && reduced < 40_00100000n, `${reduced}`);
});

/// What a public network's feed looks like to us: an aggregator that somebody else owns.
async function strangersAggregator({ chain, info }, symbol) {
  const foreign = await chain.deploy(info.accounts[9].address, 'PriceAggregator', [8, 'foreign', 100_000_000n]);
  const proxy = chain.at('PriceFeedProxy', info.feeds[symbol].source);
  for (const step of ['proposeAggregator', 'confirmAggregator']) await proxy.write(info.accounts[0].address, step, [foreign]);
  info.feeds[symbol].aggregator = foreign;
}

test('a fork has the same market and a life of its own', async () => {
  const { info } = devnet;
  const before = await aave.accountData(devnet, user(0));
  const fork = await startDevnet({ forkUrl: info.http_url, base: info });
  try {
    assert.equal(fork.info.chain_id, info.chain_id);
    const forked = await aave.accountData(fork, user(0));
    assert.deepEqual([forked.collateral, forked.debt], [before.collateral, before.debt]);
    await setPrice(fork, 'WETH', '1500');
    assert.equal(await oraclePrice(fork, 'WETH'), 150_000_000_000n);
    assert.equal(await oraclePrice(devnet, 'WETH'), 200_000_000_000n);
    await aave.repay(fork, user(0), 'USDC', '1000');
    assert.ok((await aave.accountData(fork, user(0))).debt < before.debt);
  } finally {
    await fork.stop();
  }
  const found = await startDevnet({ forkUrl: info.http_url, addressesProvider: info.aave.addresses_provider });
  try {
    for (const key of ['pool', 'oracle', 'data_provider', 'pool_configurator', 'acl_manager']) {
      assert.equal(found.info.aave[key], info.aave[key], key);
    }
    assert.equal(found.info.feeds.WBTC.aggregator, info.feeds.WBTC.aggregator);
    assert.equal(found.info.feeds.wstETH.kind, 'other');
    await strangersAggregator(found, 'DAI');
    assert.equal((await setPrice(found, 'DAI', '0.99')).logs.length, 2);
    assert.equal(await oraclePrice(found, 'DAI'), 99_000_000n);
  } finally {
    await found.stop();
  }
});

test('a fallen position is liquidated by a real liquidationCall', async () => {
  await aave.openPosition(devnet, user(5), { supply: { WETH: '10' }, borrow: { USDC: '14000' } });
  await assert.rejects(aave.liquidate(devnet, user(5), 'WETH', 'USDC'), /45/);
  await setPrice(devnet, 'WETH', '1650');
  const { healthFactor } = await aave.accountData(devnet, user(5));
  assert.ok(healthFactor < aave.ONE && healthFactor > 95n * 10n ** 16n);
  const event = await aave.liquidate(devnet, user(5), 'WETH', 'USDC');
  assert.ok(event.debtToCover >= 7_000_000_000n && event.debtToCover < 7_010_000_000n);
  assert.ok((await aave.accountData(devnet, user(5))).healthFactor > aave.ONE);
  await setPrice(devnet, 'WETH', '2000');
});

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('start.mjs writes its file, and ends without leaving a process behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-selftest-'));
  const out = join(folder, 'devnet.json');
  const script = fileURLToPath(new URL('start.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, '--out', out, '--price', 'WETH=321'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  try {
    await new Promise((resolve, reject) => {
      child.stderr.on('data', (text) => { if (String(text).includes('ready')) resolve(); });
      ended.then((code) => reject(new Error(`start.mjs ended with ${code}`)));
    });
    const info = JSON.parse(readFileSync(out, 'utf8'));
    assert.ok(alive(info.pid));
    assert.equal(info.aave.pool, devnet.info.aave.pool);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    for (let i = 0; i < 100 && alive(info.pid); ++i) await sleep(20);
    assert.ok(!alive(info.pid), 'anvil outlived start.mjs');
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

test('without the daemon the crash liquidates everyone, at the cost that the table names', async () => {
  const { path, wallets } = await playUnwatched('09:00', '12:00');
  for (const wallet of wallets) {
    assert.equal(wallet.liquidated.length, 1, wallet.name);
    const error = wallet.lost - wallet.wouldCost;
    assert.ok(error > -1_000_000n && error < 1_000_000n, `${wallet.name}: lost ${wallet.lost}, told ${wallet.wouldCost}`);
  }
  assert.equal(complaints(wallets).length, wallets.filter(({ protected: watched }) => watched).length);
  assert.equal(path[0].clock, '09:00');
});

test('keystore files give the key back', () => {
  const { private_key: key, address } = devnet.info.accounts[10];
  const { version, crypto } = encryptKey(key, address, 'correct horse');
  const { salt, n: N, r, p, dklen } = crypto.kdfparams;
  const derived = scryptSync('correct horse', Buffer.from(salt, 'hex'), dklen, { N, r, p });
  const decipher = createDecipheriv(crypto.cipher, derived.subarray(0, 16), Buffer.from(crypto.cipherparams.iv, 'hex'));
  const plain = Buffer.concat([decipher.update(Buffer.from(crypto.ciphertext, 'hex')), decipher.final()]);
  assert.equal(version, 3);
  assert.equal(`0x${plain.toString('hex')}`, key);
});

testAccounts(() => devnet, user);
