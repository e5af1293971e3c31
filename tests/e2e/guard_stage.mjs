// SPDX-License-Identifier: Apache-2.0
// A stage of one wallet under the guard that holds nothing but its position, for tests of rescues with its own collateral. What
// a test sees is what the chain says: the protocol's health factor, balances, receipts.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../devnet/crash/daemon.mjs';
import { writeDaemonFiles } from '../devnet/crash/files.mjs';
import { effectsOf } from '../devnet/crash/findings.mjs';
import { balancesOf } from '../devnet/crash/protocol.mjs';
import { units } from '../devnet/deploy/market.mjs';
import { MAX, mint, openPosition, reserveOf, setCollateralParameters, tokenOf } from '../devnet/lib/aave.mjs';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { setPrice } from '../devnet/lib/feeds.mjs';
import { leftovers, putUnderGuard, seatOf } from '../devnet/lib/guard.mjs';
import { alignPools, oraclePrices } from '../devnet/lib/pools.mjs';
import { hex } from '../devnet/lib/rpc.mjs';
import { Stage, until } from './stage.mjs';

export const PRICES = { WETH: '200', WBTC: '6000' };
export const FALLEN = '178';  // dollars per ETH: a health factor near 1.17, below the trigger of 1.20
export const TRIGGER = 1_200_000_000_000_000_000n;
export const TARGET = 1_450_000_000_000_000_000n;
const WALLET = 10;
const GUARDIAN = 20;
const ELSEWHERE = 4;
const BPS = 10_000n;

export class GuardStage extends Stage {
  static async open() {
    const stage = new GuardStage();
    stage.devnet = await startDevnet({ prices: PRICES });
    await stage.devnet.chain.setAutomine(false);
    return stage;
  }

  /// A wallet with this position and no other funds than `idle`, which the guard may use as well; its rights given by allowance
  /// unless said otherwise. ltvFalls: assets of which the LTV becomes zero once the position stands.
  async wallet({ supply, borrow, idle = {}, ltvFalls = [], policy = {}, access = 'allowance', ...more }) {
    const { devnet } = this;
    const { accounts } = devnet.info;
    const wallet = { name: 'alice', access, supply, borrow, ...accounts[WALLET], guardian: accounts[GUARDIAN], ...more };
    await devnet.chain.setAutomine(true);
    for (const [symbol, [ltv, threshold, bonus]] of ltvFalls) await setCollateralParameters(devnet, symbol, ltv, threshold, bonus);
    await openPosition(devnet, wallet.address, { supply, borrow });
    for (const [symbol, [, threshold, bonus]] of ltvFalls) await setCollateralParameters(devnet, symbol, 0, threshold, bonus);
    for (const symbol of Object.keys(borrow)) {
      const token = tokenOf(devnet, symbol);
      const idle = await token.read('balanceOf', [wallet.address]);
      await token.write(wallet.address, 'transfer', [accounts[ELSEWHERE].address, idle]);
    }
    const [collaterals, debts] = [Object.keys(supply), Object.keys(borrow)];
    await putUnderGuard(devnet, wallet, { guardian: wallet.guardian.address, collaterals, debts, ...policy });
    for (const [symbol, amount] of Object.entries(idle)) {
      await mint(devnet, wallet.address, symbol, amount);
      await tokenOf(devnet, symbol).write(wallet.address, 'approve', [devnet.info.guard, MAX]);
    }
    await devnet.chain.setAutomine(false);
    this.wallets = [wallet];
    return wallet;
  }

  /// Configuration and keystores; venues as for writeDaemonFiles.
  async folder(venues = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));
    const port = await freePort();
    const config = writeDaemonFiles(folder, this.devnet.info, this.wallets, port, venues);
    return { folder, port, config, remove: () => rmSync(folder, { recursive: true, force: true }) };
  }

  /// The feed's new price and, in the same block, the pools there too.
  async fall(price = FALLEN, symbol = 'WETH', { pools = true } = {}) {
    const { devnet } = this;
    const mining = this.blocks.running;
    await this.pause();
    await setPrice(devnet, symbol, price, { wait: false });
    if (pools) {
      const prices = await oraclePrices(devnet);
      const fallen = { ...prices, [symbol]: units(price, 8) };
      if (symbol === 'WETH') fallen.wstETH = (prices.wstETH * fallen.WETH) / prices.WETH;
      await alignPools(devnet, { prices: fallen, wait: false });
    }
    await devnet.chain.mine();
    if (mining) this.run();
  }

  /// Transactions of ours that are mined at once, while no blocks come by themselves.
  async quietly(body) {
    const mining = this.blocks.running;
    if (mining) await this.pause();
    await this.devnet.chain.setAutomine(true);
    try {
      return await body();
    } finally {
      await this.devnet.chain.setAutomine(false);
      if (mining) this.run();
    }
  }

  async receipts(fromBlock) {
    const last = (await this.devnet.chain.head()).number;
    const numbers = Array.from({ length: Math.max(0, last - fromBlock + 1) }, (_, i) => fromBlock + i);
    return (await this.devnet.chain.rpc.batch(numbers.map((number) => ['eth_getBlockReceipts', [hex(number)]]))).flat();
  }

  guardian = () => this.wallets[0].guardian.address.toLowerCase();

  /// The guardian's transactions that rescued the wallet, with { sold, repaid, repaidValue, lost } of each.
  async rescues(fromBlock, wallet = this.wallets[0]) {
    const receipts = await this.receipts(fromBlock);
    const guard = this.devnet.chain.at('Guard', seatOf(this.devnet, wallet));
    const own = receipts.filter(({ from, logs }) => from.toLowerCase() === this.guardian() && guard.events('Rescued', logs).length > 0);
    return Promise.all(own.map(async (receipt) => ({ receipt, ...await effectsOf(this.devnet, wallet, receipt, receipts) })));
  }

  /// What the wallet itself holds of every token, besides the position.
  async pocket(wallet = this.wallets[0]) {
    const held = {};
    for (const symbol of Object.keys(this.devnet.info.aave.reserves)) {
      held[symbol] = await tokenOf(this.devnet, symbol).read('balanceOf', [wallet.address]);
    }
    return held;
  }

  balances = (wallet = this.wallets[0], block = 'latest') => balancesOf(this.devnet, wallet, block);

  /// The wallet is safe, every rescue lost at most lossBps of what it sold, and nothing stayed behind anywhere.
  async assertRescued(what, begin, { health = TARGET - TARGET / 50n, lossBps = 50n, most = 4, mayUse = [] } = {}) {
    const [wallet] = this.wallets;
    const now = await this.health(wallet);
    assert(now >= health, `${what}: health factor ${now}`);
    assert(now < (TARGET * 103n) / 100n, `${what}: far above the target: ${now}`);
    const rescues = await this.rescues(begin.block);
    assert(rescues.length >= 1 && rescues.length <= most, `${what}: ${rescues.length} rescues`);
    for (const { lost, repaidValue } of rescues) {
      const moved = lost + repaidValue;
      assert(lost * BPS <= moved * lossBps, `${what}: lost ${lost} of ${moved}`);
    }
    assert.deepEqual(await leftovers(this.devnet), [], `${what}: something stayed behind`);
    const pocket = await this.pocket();
    for (const [symbol, amount] of Object.entries(begin.pocket)) {
      assert(pocket[symbol] >= amount || mayUse.includes(symbol), `${what}: ${symbol} left the wallet`);
    }
    const spent = await tokenOf(this.devnet, 'WETH').read('balanceOf', [wallet.guardian.address]);
    assert.equal(spent, 0n, `${what}: the guardian has tokens`);
    return rescues;
  }

  async begin() {
    return {
      block: (await this.devnet.chain.head()).number + 1, pocket: await this.pocket(), balances: await this.balances(),
      nonce: await this.nonce(this.wallets[0].guardian),
    };
  }

  asset = (symbol) => reserveOf(this.devnet, symbol).address;

  /// One story from a snapshot and back: prepare the chain and the wallet, start the daemon, fall, and see what comes of it.
  /// spec: { position, prepare(), venues (or a function that gives them), fall(), during(begin), expect: options of
  /// assertRescued, check(rescues, begin), limit: ms }
  async story(what, binary, spec) {
    const { chain } = this.devnet;
    const snapshot = await chain.rpc.call('evm_snapshot', []);
    const feeds = structuredClone(this.devnet.info.feeds);
    let place = null;
    let daemon = null;
    try {
      await this.catchUp();
      await this.wallet(spec.position);
      await this.quietly(() => spec.prepare?.());
      const venues = typeof spec.venues === 'function' ? await spec.venues() : spec.venues;
      place = await this.folder(venues);
      const begin = await this.begin();
      this.run();
      daemon = this.daemon(binary, place);
      await daemon.start();
      await (spec.fall ?? (() => this.fall()))();
      await spec.during?.(begin);
      const goal = spec.expect?.health ?? TARGET - TARGET / 50n;
      await until(`${what}: the rescue`, spec.limit ?? 20_000, async () => {
        if (daemon.ended !== null) throw new Error(`the daemon ended (${daemon.ended})`);
        return (await this.health()) >= goal;
      });
      await this.pause();
      const rescues = await this.assertRescued(what, begin, spec.expect);
      await spec.check?.(rescues, begin);
      assert.equal(await daemon.stop(), 0, `${what}: the daemon ends cleanly`);
      place.remove();
      return rescues;
    } catch (error) {
      if (place !== null) error.message += `\nfiles: ${place.folder}`;
      throw error;
    } finally {
      if (daemon !== null && daemon.ended === null) daemon.child?.kill('SIGKILL');
      await spec.after?.();
      await this.pause();
      await chain.rpc.call('anvil_dropAllTransactions', []);
      await chain.rpc.call('evm_revert', [snapshot]);
      this.devnet.info.feeds = feeds;
    }
  }
}
