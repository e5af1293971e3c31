// SPDX-License-Identifier: Apache-2.0
// The only node lies to have something signed, with all that it takes to be believed: a second chain, forked from the real one,
// on which its lies are true, so that every answer, audit and simulation agrees with every other. What is signed goes to the real
// chain. There the guarded account must lose nothing: by the allow-lists of the key, the minimum that does not come from the
// venue, the ceiling of fees and the guard on the chain. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { units } from '../devnet/deploy/market.mjs';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { setPrice } from '../devnet/lib/feeds.mjs';
import { alignPools, oraclePrices } from '../devnet/lib/pools.mjs';
import { sleep } from '../devnet/lib/rpc.mjs';
import { Blocks } from './blocks.mjs';
import { FALLEN, GuardStage } from './guard_stage.mjs';
import { liar, replaced } from './liar.mjs';
import { stories } from './report.mjs';
import { until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const EVIL = '0xe41e41e41e41e41e41e41e41e41e41e41e41e41e';
const LIMIT_MS = 40_000;
const CEILING = 100_000_000_000n;
const ABSURD = '0x1000000000000';  // 281,000 gwei
const POSITION = { supply: { WETH: '100' }, borrow: { USDC: '12500' }, limits: { max_fee_per_gas: '100 gwei' } };
const BPS = 10_000n;
const BLOCK_MS = 300;

const stage = await GuardStage.open();

/// What the pools of the lying chain pay, and then the feed's price: the other way round somebody quick would find a danger with
/// pools that pay well.
async function pretend(world, price, paid = price) {
  const prices = await oraclePrices(world);
  const wstETH = (prices.wstETH * units(paid, 8)) / prices.WETH;
  await alignPools(world, { prices: { ...prices, WETH: units(paid, 8), wstETH }, wait: false });
  await world.chain.mine();
  await setPrice(world, 'WETH', price, { wait: false });
  await world.chain.mine();
}

class Deception {
  blocks = new Blocks();

  /// The wallet on the real chain, the other chain behind a node, and the daemon that knows no other one.
  static async open() {
    const scene = new Deception();
    await stage.catchUp();
    await stage.wallet(POSITION);
    const { info } = stage.devnet;
    scene.world = await startDevnet({ forkUrl: info.http_url, base: structuredClone(info) });
    await scene.world.chain.setAutomine(false);
    scene.node = await liar(scene.world.info.ws_url, info.ws_url);
    scene.place = await stage.folder({ chain: { rpc: [scene.node.url] } });
    scene.daemon = stage.daemon(values.plimsoll, scene.place);
    return scene;
  }

  async start() {
    this.begin = await stage.begin();
    stage.run();
    this.run();
    await this.daemon.start();
  }

  /// Blocks of the lying chain.
  run() {
    this.blocks.start(() => this.world.chain.mine(), BLOCK_MS);
  }

  pause = () => this.blocks.stop();

  async pretend(...prices) {
    await this.pause();
    await pretend(this.world, ...prices);
    this.run();
  }

  /// What the guardian's key has signed and the real chain has included.
  async included() {
    return (await stage.receipts(this.begin.block)).filter(({ from }) => from.toLowerCase() === stage.guardian());
  }

  /// Whatever was included did nothing, to no other contract than the guard, within the ceiling.
  async assertUnharmed() {
    const { chain, info } = stage.devnet;
    for (const receipt of await this.included()) {
      const sent = await chain.rpc.call('eth_getTransactionByHash', [receipt.transactionHash]);
      assert.equal(sent.to.toLowerCase(), info.guard.toLowerCase());
      assert.equal(receipt.status, '0x0', 'the guard let it pass');
      assert.deepEqual(receipt.logs, []);
      assert(BigInt(sent.maxFeePerGas) <= CEILING, sent.maxFeePerGas);
      assert.equal(BigInt(sent.value), 0n);
    }
    const { supply, borrow } = await stage.balances();
    assert(supply.WETH >= this.begin.balances.supply.WETH, 'collateral is gone');
    assert(borrow.USDC < (this.begin.balances.borrow.USDC * 1_001n) / 1_000n, 'there is more debt');
    assert.deepEqual(await stage.pocket(), this.begin.pocket);
  }

  async close() {
    if (this.daemon.child !== undefined && this.daemon.ended === null) this.daemon.child.kill('SIGKILL');
    this.node.close();
    try {
      await this.pause();
    } finally {
      await this.world.stop();
      await stage.pause();
    }
  }
}

const STORIES = {
  'K15 a danger that is not there: the guard refuses on the chain, and no fee is above the ceiling': async (scene) => {
    let lied = 0;
    scene.node.lies.twist = (asked, answer) => {
      if (!asked.includes('eth_feeHistory')) return answer;
      const message = JSON.parse(answer);
      message.result.reward = message.result.reward.map((block) => block.map(() => ABSURD));
      lied += 1;
      return JSON.stringify(message);
    };
    await scene.start();
    await scene.pretend('155');
    await until('something is included', LIMIT_MS, async () => (await scene.included()).length > 0);
    await scene.assertUnharmed();
    assert(lied > 0, 'nobody asked for fees');
    const [{ gasUsed, effectiveGasPrice }] = await scene.included();
    return `refused, for ${(BigInt(gasUsed) * BigInt(effectiveGasPrice)) / 10n ** 9n} gwei of gas`;
  },
  'K15 pools that pay too little: the minimum comes from the protocol\'s price, and nothing is signed': async (scene) => {
    await scene.start();
    await stage.fall();
    await scene.pretend(FALLEN, '150');
    await until('it is refused', LIMIT_MS, () => /not acting/.test(scene.daemon.said()));
    await sleep(5_000);
    assert.deepEqual(await scene.included(), []);
    await scene.assertUnharmed();
    return scene.daemon.said().match(/not acting: (\S+)/)[1];
  },
  'K15 a swapper of the node\'s own: whatever is signed gives it nothing': async (scene) => {
    const { swapper } = stage.devnet.info;
    scene.node.lies.ask = (body) => replaced(body, EVIL, swapper);
    scene.node.lies.twist = (asked, answer) => replaced(answer, swapper, EVIL);
    await scene.start();
    await stage.fall();
    await scene.pretend(FALLEN);
    await until('it is refused, by the policy or on the chain', LIMIT_MS, async () =>
      /alert=signing-refused|not acting/.test(scene.daemon.said()) || (await scene.included()).length > 0);
    await sleep(3_000);
    await scene.assertUnharmed();
    return (await scene.included()).length > 0 ? 'refused on the chain' : 'not signed';
  },
  // The same set-up, and the danger is real: what is signed does its work on the real chain.
  'K15 no lie: the rescue that is signed is the one that is wanted': async (scene) => {
    await scene.start();
    await stage.fall();
    await scene.pretend(FALLEN);
    await until('the rescue', LIMIT_MS, async () => (await stage.rescues(scene.begin.block)).length > 0);
    const [{ lost, repaidValue, receipt }] = await stage.rescues(scene.begin.block);
    assert.equal(receipt.status, '0x1');
    assert(lost * BPS <= (lost + repaidValue) * 100n, `lost ${lost}`);
    return `lost ${Number((lost * 1_000_000n) / repaidValue) / 100} bps`;
  },
};

try {
  await stories(STORIES, values.only, async (_, play) => {
    const snapshot = await stage.devnet.chain.rpc.call('evm_snapshot', []);
    const scene = await Deception.open();
    try {
      const result = await play(scene);
      scene.place.remove();
      return result;
    } catch (error) {
      error.message += `\n${scene.daemon.tail(6_000)}\nfiles: ${scene.place.folder}`;
      throw error;
    } finally {
      await scene.close();
      await stage.devnet.chain.rpc.call('anvil_dropAllTransactions', []);
      await stage.devnet.chain.rpc.call('evm_revert', [snapshot]);
    }
  });
} finally {
  await stage.close();
}
