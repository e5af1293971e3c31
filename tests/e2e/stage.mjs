// SPDX-License-Identifier: Apache-2.0
// One position on a local chain whose blocks come by themselves, for tests of the daemon.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Daemon, freePort } from '../devnet/crash/daemon.mjs';
import { writeDaemonFiles } from '../devnet/crash/files.mjs';
import { accountData, openPosition, poolOf } from '../devnet/lib/aave.mjs';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { setPrice } from '../devnet/lib/feeds.mjs';
import { sleep } from '../devnet/lib/rpc.mjs';
import { Blocks } from './blocks.mjs';

export const HEALTHY = '200';     // dollars per ETH: health factor 1.32
export const ENDANGERED = '178';  // 1.17, below the trigger of 1.20
const BLOCK_MS = 200;
const FIRST = 10;

export class Stage {
  blocks = new Blocks();

  /// options: of startDevnet.
  static async open(names = ['alice'], options = {}) {
    const stage = new Stage();
    stage.devnet = await startDevnet({ prices: { WETH: HEALTHY, WBTC: '6000' }, ...options });
    stage.wallets = names.map((name, i) => ({ name, ...stage.devnet.info.accounts[FIRST + i] }));
    for (const wallet of stage.wallets) {
      await openPosition(stage.devnet, wallet.address, {
        supply: { WETH: '100' }, borrow: { USDC: '12500' }, idle: { USDC: '20000' },
      });
    }
    await stage.devnet.chain.setAutomine(false);
    return stage;
  }

  /// Blocks come until close() or pause().
  run(everyMs = BLOCK_MS) {
    this.blocks.start(() => this.devnet.chain.mine(), everyMs);
  }

  pause = () => this.blocks.stop();

  /// A block at the wall clock's second: reverting takes the chain's own clock back.
  async catchUp() {
    const { timestamp } = await this.devnet.chain.head();
    await this.devnet.chain.setNextTimestamp(Math.max(timestamp + 1, Math.floor(Date.now() / 1000)));
    await this.devnet.chain.mine();
  }

  /// chain, market: settings of [chain.local] and [market.local] other than usual; more: text at the end of the configuration.
  async folder({ chain, market, more = '' } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));
    const port = await freePort();
    const config = writeDaemonFiles(folder, this.devnet.info, this.wallets, port, { chain, market });
    appendFileSync(config, more);
    return { folder, port, config, remove: () => rmSync(folder, { recursive: true, force: true }) };
  }

  daemon(binary, place) {
    return new Daemon(binary, place.config, place.port, place.folder);
  }

  setPrice(price) {
    return setPrice(this.devnet, 'WETH', price, { wait: false });
  }

  /// At the newest block by its number: by "latest" anvil may count with another second than the block's. While it
  /// mines, it may count with the last block's second on the next one's state; the contract then refuses.
  async health(wallet = this.wallets[0]) {
    for (let tries = 0; ; ++tries) {
      const { number } = await this.devnet.chain.head();
      try {
        return (await accountData(this.devnet, wallet.address, `0x${number.toString(16)}`)).healthFactor;
      } catch (error) {
        if (tries === 10 || !/\(0x11\)/.test(error.message)) throw error;
        await sleep(20);  // anvil is about to show the block that the state is of
      }
    }
  }

  async nonce(wallet = this.wallets[0]) {
    return Number(await this.devnet.chain.rpc.call('eth_getTransactionCount', [wallet.address, 'latest']));
  }

  async repays(fromBlock, wallet = this.wallets[0]) {
    const pool = poolOf(this.devnet);
    const logs = await this.devnet.chain.logs({ address: pool.address, fromBlock: `0x${fromBlock.toString(16)}` });
    return logs.flatMap((log) => pool.events('Repay', [log]).map((event) => ({ ...event, transaction: log.transactionHash })))
      .filter(({ user }) => user.toLowerCase() === wallet.address.toLowerCase());
  }

  /// One story: `play` puts place and daemon into the scene that it is given as soon as there are some, and the daemon must end
  /// cleanly. Afterwards the chain is as it was before; what fails names its files.
  async story(play) {
    const snapshot = await this.devnet.chain.rpc.call('evm_snapshot', []);
    const scene = { place: null, daemon: null };
    try {
      await this.catchUp();
      const said = await play(scene);
      assert.equal(await scene.daemon.stop(), 0, 'the daemon ends cleanly');
      scene.place.remove();
      return said;
    } catch (error) {
      if (scene.place !== null) error.message += `\nfiles: ${scene.place.folder}\n${scene.daemon?.tail() ?? ''}`;
      throw error;
    } finally {
      if (scene.daemon !== null && scene.daemon.ended === null) scene.daemon.child?.kill('SIGKILL');
      await this.pause();
      await this.devnet.chain.rpc.call('anvil_dropAllTransactions', []);
      await this.devnet.chain.rpc.call('evm_revert', [snapshot]);
    }
  }

  async close() {
    await this.pause();
    await this.devnet.stop();
  }
}

/// Runs a command of the product to its end.
export function plimsoll(binary, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(resolve(binary), args, { encoding: 'utf8', timeout: 60_000, ...options });
  return { status, stdout, stderr };
}

/// The same while this process goes on serving: for commands that ask a stand-in here.
export function plimsollBeside(binary, args) {
  return new Promise((done) => {
    const child = spawn(resolve(binary), args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => { out[name] += data; });
    child.on('close', (status) => done({ status, ...out }));
  });
}

export async function until(what, limitMs, condition) {
  const started = Date.now();
  while (!(await condition())) {
    if (Date.now() - started > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(50);
  }
}
