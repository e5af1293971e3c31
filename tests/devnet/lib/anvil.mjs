// SPDX-License-Identifier: Apache-2.0
// Starts the anvil that npm installed, waits until it answers, and ends it.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rpc, sleep } from './rpc.mjs';

export const MNEMONIC = 'test test test test test test test test test test test junk';
const BINARY = fileURLToPath(
  new URL('../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil', import.meta.url),
);
const START_LIMIT_MS = 20_000;
/// Beyond the 500 states that it keeps in memory, anvil writes one of a megabyte per block, and leaves them when it is killed.
const STATES_ON_DISK = 1500;
/// A fork waits for the chain behind it on the thread that asked; with as few threads as a small machine has processors, all may
/// wait, and none is left to bring the answer.
const FORK_THREADS = '32';

/// Even a parent that is killed outright takes its anvil along, where util-linux can arrange it.
const SETPRIV = '/usr/bin/setpriv';
const diesWithParent = () => (existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', '--'] : []);

/// Options: port (0: any free one), host, chainId, timestamp (of the genesis block), accounts, network and hardfork, forkUrl, forkBlock,
/// extra (further arguments), detached (survives this process).
export async function startAnvil(options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-devnet-'));
  const log = join(folder, 'anvil.log');
  const keys = join(folder, 'accounts.json');
  const host = options.host ?? '127.0.0.1';
  const args = ['--host', host, '--port', String(options.port ?? 0), '--mnemonic', MNEMONIC];
  args.push('--accounts', String(options.accounts ?? 40), '--config-out', keys);
  args.push('--gas-limit', '60000000', '--hardfork', options.hardfork ?? 'prague');
  if (options.network !== undefined) args.push('--network', options.network);
  args.push('--cache-path', join(folder, 'states'), '--max-persisted-states', String(STATES_ON_DISK));
  if (options.chainId !== undefined) args.push('--chain-id', String(options.chainId));
  if (options.timestamp !== undefined) args.push('--timestamp', String(options.timestamp));
  if (options.forkUrl !== undefined) {
    // The on-disk cache is keyed by chain id and block number: a stale one would answer for an earlier local chain.
    args.push('--fork-url', options.forkUrl, '--no-storage-caching', '--no-rate-limit');
    if (options.forkBlock !== undefined) args.push('--fork-block-number', String(options.forkBlock));
  }
  args.push(...(options.extra ?? []));
  const env = { ...process.env, RUST_LOG: process.env.RUST_LOG ?? 'warn' };
  if (options.forkUrl !== undefined) env.TOKIO_WORKER_THREADS = FORK_THREADS;

  const output = openSync(log, 'a');
  const [command, ...before] = options.detached === true ? [BINARY] : [...diesWithParent(), BINARY];
  const child = spawn(command, [...before, ...args], {
    stdio: ['ignore', output, output],
    detached: options.detached === true,
    env,
  });
  closeSync(output);
  let ended = null;
  child.on('error', (error) => { ended = error.message; });
  const exit = new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      ended = ended ?? `ended with ${signal ?? `code ${code}`}`;
      resolve();
    });
  });

  const started = Date.now();
  let port = null;
  while (port === null) {
    const text = readFileSync(log, 'utf8');
    port = /Listening on [0-9.]+:(\d+)/.exec(text)?.[1] ?? null;
    if (port !== null) break;
    if (ended !== null) throw new Error(`anvil ${ended}\n${text.trim().slice(-2000)}`);
    if (Date.now() - started > START_LIMIT_MS) {
      child.kill('SIGKILL');
      throw new Error(`anvil did not start in ${START_LIMIT_MS} ms\n${text.trim().slice(-2000)}`);
    }
    await sleep(10);
  }
  const rpc = new Rpc(`http://${host}:${port}`);
  const { private_keys: privateKeys, available_accounts: addresses } = JSON.parse(readFileSync(keys, 'utf8'));
  if (options.detached === true) child.unref();
  return {
    rpc,
    port: Number(port),
    pid: child.pid,
    log,
    accounts: addresses.map((address, i) => ({ address, private_key: privateKeys[i] })),
    exit,
    async stop() {
      rpc.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const killer = setTimeout(() => child.kill('SIGKILL'), 3000);
        await exit;
        clearTimeout(killer);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
