// SPDX-License-Identifier: Apache-2.0
// Plays the path, one block per step, with a liquidator that takes whatever the pool says may be taken.
import { RESERVES } from '../deploy/market.mjs';
import { ONE } from '../lib/aave.mjs';
import { setPrice } from '../lib/feeds.mjs';
import { alignPools } from '../lib/pools.mjs';
import { hex, sleep } from '../lib/rpc.mjs';
import { balancesOf, fundLiquidations, healthOf, submitLiquidationOf } from './protocol.mjs';
import { priceAt } from './wallets.mjs';

const MOVED = ['WETH', 'WBTC'];
const SETTLING_BLOCKS = 8;
// A candle of five minutes is 25 blocks of the real chain, most of them with no new price. Here it is two: without the second one
// every sale would meet a price that is minutes away from the one it was decided at. In percent of the pace.
const QUIET_AT = 80;
const FEE_STEP = 8n;  // a base fee changes by at most an eighth per block

/// The symbol of which there is most in value.
function largest(amounts, step) {
  const value = ([symbol, amount]) =>
    (amount * priceAt(step, symbol)) / 10n ** BigInt(RESERVES.find((entry) => entry.symbol === symbol).decimals);
  return Object.entries(amounts).reduce((a, b) => (value(b) > value(a) ? b : a))[0];
}

const SEEN_LIMIT_MS = 3_000;

export class Player {
  /// wallets: of chooseWallets; each gets { before, lowest, after, liquidations } as the path is played.
  constructor(devnet, wallets, path, pace) {
    Object.assign(this, { devnet, wallets, path, pace });
    this.baseFee = path[0].gas;
    this.prices = {};
    this.inFlight = new Map();
  }

  async prepare() {
    const { chain } = this.devnet;
    await fundLiquidations(this.devnet, this.wallets);
    await chain.setAutomine(false);
    await this.block();
    const head = await chain.head();
    this.firstBlock = head.number;
    await Promise.all(this.wallets.map(async (wallet) => {
      const health = await healthOf(this.devnet, wallet, hex(head.number));
      Object.assign(wallet, { before: health, lowest: health, after: health, liquidations: 0 });
    }));
  }

  /// One block without news, at the base fee that the path has reached.
  async block() {
    await this.devnet.chain.rpc.call('anvil_setNextBlockBaseFeePerGas', [hex(this.baseFee)]);
    await this.devnet.chain.mine();
  }

  async play(report = () => {}) {
    const settling = Array.from({ length: SETTLING_BLOCKS }, () => this.path.at(-1));
    for (const [i, step] of [...this.path, ...settling].entries()) {
      await this.step(step);
      report(i, step);
      await this.let((this.pace * QUIET_AT) / 100);
      await this.block();
      await this.look(step);
      await this.let((this.pace * (100 - QUIET_AT)) / 100);
    }
  }

  /// Time for the daemon, from when it has seen the newest block: five minutes of the day are much longer than what it needs, and
  /// a busy machine must not make them shorter.
  async let(ms) {
    const { number } = await this.devnet.chain.head();
    const limit = Date.now() + SEEN_LIMIT_MS;
    while (this.daemon && (await this.daemon.head()) < number && Date.now() < limit) await sleep(5);
    await sleep(ms);
  }

  async step(step) {
    const largest = this.baseFee / FEE_STEP;
    const difference = step.gas - this.baseFee;
    this.baseFee += difference > largest ? largest : difference < -largest ? -largest : difference;
    let moved = false;
    for (const symbol of MOVED) {
      if (this.prices[symbol] === step.prices[symbol]) continue;
      this.prices[symbol] = step.prices[symbol];
      await setPrice(this.devnet, symbol, step.prices[symbol], { wait: false });
      moved = true;
    }
    if (moved) await this.arbitrage(step);
    await this.block();
    await this.look(step);
  }

  /// In the block of a new price somebody takes the pools there.
  async arbitrage(step) {
    const prices = Object.fromEntries(RESERVES.map(({ symbol }) => [symbol, priceAt(step, symbol)]));
    await alignPools(this.devnet, { prices, wait: false });
  }

  async look(step) {
    const head = await this.devnet.chain.head();
    await Promise.all(this.wallets.map(async (wallet) => {
      const health = await healthOf(this.devnet, wallet, hex(head.number));
      wallet.after = health;
      if (health < wallet.lowest) wallet.lowest = health;
    }));
    // One after the other: the node numbers the transactions of an account as they come in.
    for (const wallet of this.wallets) {
      if (wallet.after < ONE && wallet.liquidations === 0) await this.liquidate(wallet, step);
    }
  }

  /// Repays the largest debt for the largest collateral, once per block until the pool has accepted it.
  async liquidate(wallet, step) {
    const balances = await balancesOf(this.devnet, wallet, 'latest');
    const [collateral, debt] = [balances.supply, balances.borrow].map((amounts) => largest(amounts, step));
    const earlier = this.inFlight.get(wallet.name);
    if (earlier !== undefined) {
      const receipt = await this.devnet.chain.rpc.call('eth_getTransactionReceipt', [earlier]);
      if (receipt === null) return;
      if (receipt.status === '0x1') {
        wallet.liquidations += 1;
        return;
      }
    }
    this.inFlight.set(wallet.name, await submitLiquidationOf(this.devnet, wallet, collateral, debt));
  }
}
