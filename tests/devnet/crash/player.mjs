// SPDX-License-Identifier: Apache-2.0
// Plays the path, one block per step, with a liquidator that takes whatever the pool says may be taken.
import {
  ONE, accountData, collateralOf, debtOf, fundLiquidator, submitLiquidation,
} from '../lib/aave.mjs';
import { setPrice } from '../lib/feeds.mjs';
import { hex, sleep } from '../lib/rpc.mjs';
import { priceAt } from './wallets.mjs';

const MOVED = ['WETH', 'WBTC'];
const SETTLING_BLOCKS = 8;
const FEE_STEP = 8n;  // a base fee changes by at most an eighth per block

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
    for (const symbol of new Set(this.wallets.flatMap(({ borrow }) => Object.keys(borrow)))) {
      const total = this.wallets.reduce((sum, { borrow }) => sum + (borrow[symbol] ?? 0n), 0n);
      await fundLiquidator(this.devnet, symbol, total);
    }
    await chain.setAutomine(false);
    await this.block();
    const head = await chain.head();
    this.firstBlock = head.number;
    await Promise.all(this.wallets.map(async (wallet) => {
      const { healthFactor } = await accountData(this.devnet, wallet.address, hex(head.number));
      Object.assign(wallet, { before: healthFactor, lowest: healthFactor, after: healthFactor, liquidations: 0 });
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
      const until = Date.now() + this.pace;
      await this.step(step);
      report(i, step);
      await sleep(Math.max(0, until - Date.now()));
    }
  }

  async step(step) {
    const largest = this.baseFee / FEE_STEP;
    const difference = step.gas - this.baseFee;
    this.baseFee += difference > largest ? largest : difference < -largest ? -largest : difference;
    for (const symbol of MOVED) {
      if (this.prices[symbol] === step.prices[symbol]) continue;
      this.prices[symbol] = step.prices[symbol];
      await setPrice(this.devnet, symbol, step.prices[symbol], { wait: false });
    }
    await this.block();
    await this.look(step);
  }

  async look(step) {
    const head = await this.devnet.chain.head();
    await Promise.all(this.wallets.map(async (wallet) => {
      const { healthFactor } = await accountData(this.devnet, wallet.address, hex(head.number));
      wallet.after = healthFactor;
      if (healthFactor < wallet.lowest) wallet.lowest = healthFactor;
    }));
    // One after the other: the node numbers the transactions of an account as they come in.
    for (const wallet of this.wallets) {
      if (wallet.after < ONE && wallet.liquidations === 0) await this.liquidate(wallet, step);
    }
  }

  /// Repays the largest debt for the largest collateral, once per block until the pool has accepted it.
  async liquidate(wallet, step) {
    const [collateral] = await this.byValue(wallet.supply, wallet, collateralOf, step);
    const [debt] = await this.byValue(wallet.borrow, wallet, debtOf, step);
    const earlier = this.inFlight.get(wallet.name);
    if (earlier !== undefined) {
      const receipt = await this.devnet.chain.rpc.call('eth_getTransactionReceipt', [earlier]);
      if (receipt === null) return;
      if (receipt.status === '0x1') {
        wallet.liquidations += 1;
        return;
      }
    }
    this.inFlight.set(wallet.name, await submitLiquidation(this.devnet, wallet.address, collateral, debt));
  }

  async byValue(amounts, wallet, balanceOf, step) {
    const values = await Promise.all(Object.keys(amounts).map(async (symbol) => {
      const { decimals } = this.devnet.info.aave.reserves[symbol];
      const balance = await balanceOf(this.devnet, wallet.address, symbol);
      return [symbol, (balance * priceAt(step, symbol)) / 10n ** BigInt(decimals)];
    }));
    return values.sort((a, b) => (b[1] > a[1] ? 1 : -1)).map(([symbol]) => symbol);
  }
}
