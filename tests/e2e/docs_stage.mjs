// SPDX-License-Identifier: Apache-2.0
// A stage on which the documents' commands are typed as they stand: README's own settings with a local chain's addresses in them,
// files of the names that the documents use, `plimsoll` in the path.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../devnet/crash/daemon.mjs';
import { writeKeystore } from '../devnet/crash/keystore.mjs';
import { MAX, poolOf, tokenOf } from '../devnet/lib/aave.mjs';
import { ROOT, read } from '../docs/collect.mjs';
import { merged } from '../docs/settings.mjs';
import { CHAT, PostOffice, TOKENS } from './post_office.mjs';
import { plimsoll, Stage } from './stage.mjs';

const SECRET = { mode: 0o600 };
const LIMIT = 600_000;

/// The blocks of settings of a document, as text.
export const settingsOf = (path) => read(path).blocks.filter(({ kind }) => kind === 'toml')
  .map(({ lines }) => ({ at: `${path}:${lines[0].line}`, text: lines.map(({ text }) => text).join('\n') }));

export class DocsStage {
  static async open(binary, simulation) {
    const own = new DocsStage();
    Object.assign(own, { stage: await Stage.open(['main']), office: await PostOffice.open(), folder: mkdtempSync(join(tmpdir(), 'plimsoll-docs-')) });
    Object.assign(own, { port: await freePort(), console: await freePort(), binary: resolve(binary) });
    for (const name of ['bin', 'data', 'credentials', 'init']) mkdirSync(join(own.folder, name), { mode: 0o700 });
    symlinkSync(own.binary, join(own.folder, 'bin/plimsoll'));
    symlinkSync(resolve(simulation), join(own.folder, 'bin/simulation'));
    copyFileSync(join(ROOT, 'tests/simulation/seeds.txt'), join(own.folder, 'seeds.txt'));
    const { info } = own.stage.devnet;
    // A dry run does not approve by itself, and check says so.
    await own.stage.devnet.chain.setAutomine(true);
    await tokenOf(own.stage.devnet, 'USDC').write(own.stage.wallets[0].address, 'approve', [poolOf(own.stage.devnet).address, MAX]);
    await own.stage.devnet.chain.setAutomine(false);
    const [account] = own.stage.wallets;
    own.guardian = info.accounts[20];
    const key = (name, who) => writeKeystore(own.folder, name, who).pass;
    own.passphrase = key('me', account);
    key('main', account);
    key('guardian', own.guardian);
    writeFileSync(join(own.folder, 'credentials/telegram'), TOKENS.phone, SECRET);
    writeFileSync(join(own.folder, 'devnet.json'), JSON.stringify(info));
    await own.settings();
    return own;
  }

  /// The configurations that README leads to: the first one, and the one under the guard.
  async settings() {
    const { info } = this.stage.devnet;
    const blocks = settingsOf('README.md');
    const [first, , guard, , alert] = blocks.map(({ text }) => text);
    assert(/^version = 1/.test(first) && /\[pool\./.test(guard) && /^\[alert\./.test(alert), 'README shows other settings than before');
    const here = `
[daemon]
data_dir = "${join(this.folder, 'data')}"
listen = "127.0.0.1:${this.port}"
[console]
listen = "127.0.0.1:${this.console}"
[chain.ethereum]
id = ${info.chain_id}
rpc = ["${info.ws_url}", "${info.http_url}"]
[market.aave-v3-core]
chain = "ethereum"
protocol = "aave-v3"
addresses_provider = "${info.aave.addresses_provider}"
[alert.phone]
url = "${this.office.url}"
chats = ["${CHAT}"]
`;
    const wallet = (name) => `
[wallet.main]
address = "${this.stage.wallets[0].address}"
signer = { keystore = "${join(this.folder, name)}.json", passphrase = { file = "${join(this.folder, name)}.pass" } }
`;
    const { stdout } = plimsoll(this.binary, ['guard', 'address']);
    const pool = info.uniswap.pools.find(({ token0, token1, thin }) => !thin && [token0, token1].sort().join() === 'USDC,WETH');
    const venues = `
[chain.ethereum]
guard = "${stdout.trim()}"
[pool.usdc-weth]
address = "${pool.address}"
[router.v3]
address = "${info.uniswap.router_02}"
`;
    this.plain = merged(first, alert, here, wallet('main'));
    this.guarded = merged(first, alert, guard, here, wallet('guardian'), venues);
    this.shown = blocks;
  }

  /// A command with what it leaves open filled in.
  filled(text) {
    const { info } = this.stage.devnet;
    const at = info.http_url.replace('http://', '');
    return text
      .replace(/^build\/release\/bot\/plimsoll/, 'plimsoll')
      .replaceAll('build/release/bot/plimsoll', this.binary)
      .replace(/(ws|http):\/\/127\.0\.0\.1:854\d|YOUR_NODE_URL|https:\/\/rpc\.example\.org/g, (_, scheme) => `${scheme ?? 'http'}://${at}`)
      .replace(/--port \d+/, '--port 0')
      .replace('--market aave-v3-core', `--market ${info.aave.addresses_provider}`)
      .replace(/--addresses-provider 0x\w+/, `--addresses-provider ${info.aave.addresses_provider}`)
      .replace('0xYourAddress', this.stage.wallets[0].address)
      .replace('127.0.0.1:1876', `127.0.0.1:${this.port}`)
      .replaceAll('/tmp/', `${this.folder}/`)
      .replace(/alert test NAME/, 'alert test phone')
      .replace(/\bNAME\b/, 'main-aave')
      .replace('--config FILE', '--config plimsoll.toml')
      .replace('RECORDING', () => join(this.folder, 'data/recordings', readdirSync(join(this.folder, 'data/recordings'))[0]));
  }

  env() {
    return { ...process.env, PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`, CREDENTIALS_DIRECTORY: join(this.folder, 'credentials'), NO_COLOR: '1' };
  }

  /// Puts the configuration there that the command speaks of.
  configure(text) {
    const guarded = /\bguard (policy|status|revoke)\b/.test(text);
    writeFileSync(join(this.folder, 'plimsoll.toml'), guarded ? this.guarded : this.plain, SECRET);
  }

  /// Starts a command in a shell. { ended, said(), child }
  start(line, cwd) {
    const own = line.includes('&&') ? line : `exec ${line}`;  // so that a signal reaches the command
    const child = spawn('sh', ['-c', own], { cwd, env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { said += data; });
    const late = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    const ended = new Promise((done) => {
      child.on('close', (code, signal) => {
        clearTimeout(late);
        done(signal ?? code);
      });
    });
    return { child, ended, said: () => said };
  }

  async ready() {
    return (await fetch(`http://127.0.0.1:${this.port}/-/ready`).catch(() => ({ ok: false }))).ok;
  }

  async close() {
    this.office.close();
    await this.stage.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
