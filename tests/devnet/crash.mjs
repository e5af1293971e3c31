// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Daemon, freePort } from './crash/daemon.mjs';
import { writeDaemonFiles } from './crash/files.mjs';
import { collect, complaints } from './crash/findings.mjs';
import { pricePath } from './crash/path.mjs';
import { Player } from './crash/player.mjs';
import { guardTable, table } from './crash/table.mjs';
import { FIRST_ACCOUNT, chooseGuarded, chooseWallets, openGuarded, openWallet, priceAt } from './crash/wallets.mjs';
import { startDevnet, writeInfo } from './lib/devnet.mjs';
import { sleep } from './lib/rpc.mjs';

const HELP = `Plays 12 March 2020 on a local chain against the daemon and says what became of every wallet.

  node tests/devnet/crash.mjs --plimsoll build/release/bot/plimsoll

  --plimsoll FILE    the daemon; without it the same day is played with nobody watching
  --wallets N        protected wallets with idle funds (default 6: one of each kind)
  --no-guard         leave out the wallets without idle funds, which are rescued with their own collateral
  --fast             08:00 to 12:00 instead of the whole recorded day
  --from, --to       hh:mm of that day, UTC (default 00:00 to 21:15)
  --pace MS          time per five-minute step (default 250)
  --work DIR         where the daemon's files and logs go (default: a new temporary folder, removed after a success)
  --keep             leave the chain and the daemon running
Exit code: 0 every protected wallet was rescued and the control was liquidated; 1 not so, or an error; 2 wrong usage.
`;

const say = (text) => process.stderr.write(`${text}\n`);

function options() {
  const { values } = parseArgs({
    options: {
      plimsoll: { type: 'string' },
      wallets: { type: 'string', default: '6' },
      'no-guard': { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
      from: { type: 'string' },
      to: { type: 'string' },
      pace: { type: 'string' },
      work: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    wallets: Number(values.wallets),
    from: values.from ?? (values.fast ? '08:00' : '00:00'),
    to: values.to ?? (values.fast ? '12:00' : '21:15'),
    pace: Number(values.pace ?? 250),
  };
}

async function startEverything(chosen, folder, ends) {
  const path = pricePath(chosen.from, chosen.to);
  const devnet = await startDevnet({ prices: path[0].prices, detached: chosen.keep });
  ends.push(() => devnet.stop());
  writeInfo(join(folder, 'devnet.json'), devnet.info);
  say(`local chain with Aave V3 ready in ${devnet.info.started_in_ms} ms at ${devnet.info.http_url}`);
  const wallets = chooseWallets(chosen.wallets, devnet.info.accounts, path);
  for (const wallet of wallets) await openWallet(devnet, wallet);
  if (!chosen['no-guard']) {
    const guarded = chooseGuarded(devnet.info.accounts, path, FIRST_ACCOUNT + wallets.length);
    for (const wallet of guarded) await openGuarded(devnet, wallet);
    wallets.push(...guarded);
  }
  say(`${wallets.length} positions opened: ${wallets.map(({ name }) => name).join(', ')}`);
  const player = new Player(devnet, wallets, path, chosen.pace);
  await player.prepare();
  if (chosen.plimsoll === undefined) return { path, devnet, wallets, player, daemon: null };

  const port = await freePort();
  const config = writeDaemonFiles(folder, devnet.info, wallets.filter((wallet) => wallet.protected), port);
  const daemon = new Daemon(chosen.plimsoll, config, port, folder);
  ends.unshift(() => daemon.stop());
  const meanwhile = async () => { await player.block(); await sleep(400); };
  const ready = await daemon.start({ detached: chosen.keep, meanwhile });
  player.daemon = daemon;
  say(`daemon ready in ${ready} ms (pid ${daemon.child.pid}, log ${daemon.log})`);
  return { path, devnet, wallets, player, daemon };
}

function progress(path) {
  const marks = new Set(Array.from({ length: 12 }, (_, i) => Math.floor(((i + 1) * path.length) / 12) - 1));
  return (i, { clock, prices, gas }) => {
    if (marks.has(i)) say(`  ${clock}  ETH ${prices.WETH}  BTC ${prices.WBTC}  gas ${gas / 10n ** 9n} gwei`);
  };
}

function lookAround({ devnet, daemon }, chosen, folder) {
  const command = daemon === null ? null : `${chosen.plimsoll} --config ${daemon.config}`;
  const lines = ['', 'Left running. To look around:', `  chain       ${devnet.info.http_url} (addresses in ${join(folder, 'devnet.json')})`];
  if (command !== null) {
    lines.push(`  positions   ${command} positions`, `  why         ${command} why treasury-aave`,
      `  history     ${command} history`, `  metrics     curl -s http://127.0.0.1:${daemon.port}/metrics`,
      `  log         ${daemon.log}`);
  }
  const pids = [daemon?.child.pid, devnet.info.pid].filter((pid) => pid !== undefined);
  lines.push(`  to end it   kill ${pids.join(' ')} && rm -r ${folder} ${dirname(devnet.info.log)}`);
  return lines.join('\n');
}

async function run(chosen, folder, ends) {
  const all = await startEverything(chosen, folder, ends);
  const { path, devnet, wallets, player, daemon } = all;
  say(`playing 12 March 2020, ${chosen.from} to ${chosen.to} UTC: ${path.length} steps of five minutes, ${chosen.pace} ms each`);
  await player.play(progress(path));
  await collect(devnet, wallets, path, player.firstBlock);
  const ethPrice = priceAt(path[0], 'WETH');
  const fromIdle = wallets.filter(({ access, morpho }) => access === undefined && morpho === undefined);
  process.stdout.write(`\n${table(fromIdle, ethPrice)}\n`);
  const fromCollateral = wallets.filter((wallet) => !fromIdle.includes(wallet));
  if (fromCollateral.length > 0) {
    const shown = [...fromCollateral, ...fromIdle.filter((wallet) => !wallet.protected)];
    process.stdout.write(`\nWithout idle funds, rescued with their own collateral through the guard:\n${guardTable(shown, ethPrice)}\n`);
  }
  const problems = complaints(wallets);
  if (daemon === null) problems.push('no daemon was given (--plimsoll)');
  else if (daemon.ended !== null) problems.push(`the daemon ended by itself (${daemon.ended})`);
  if (chosen.keep) {
    await devnet.chain.setAutomine(true);
    await devnet.chain.rpc.call('evm_setIntervalMining', [2]);
    ends.length = 0;
    process.stdout.write(`${lookAround(all, chosen, folder)}\n`);
  } else if (daemon !== null && daemon.ended === null) {
    const code = await daemon.stop();
    if (code !== 0) problems.push(`the daemon did not end cleanly on SIGTERM (${code === null ? 'killed' : `code ${code}`})`);
  }
  return problems;
}

async function main() {
  const chosen = options();
  if (chosen.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const folder = chosen.work === undefined ? mkdtempSync(join(tmpdir(), 'plimsoll-crash-')) : resolve(chosen.work);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ends = [];
  let stopping = false;
  const interrupted = async () => {
    if (stopping) return;
    stopping = true;
    for (const end of ends) await end();
    process.exit(130);
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  try {
    const problems = await run(chosen, folder, ends);
    if (problems.length === 0) {
      process.stdout.write('\nEvery protected wallet was rescued; the control was liquidated.\n');
      if (chosen.work === undefined && !chosen.keep) rmSync(folder, { recursive: true, force: true });
      return 0;
    }
    process.stdout.write(`\nNot as it should be:\n${problems.map((text) => `  ${text}\n`).join('')}Logs and files: ${folder}\n`);
    return 1;
  } finally {
    for (const end of ends) await end();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(`error: ${error.message}`);
    process.exit(error.code?.startsWith?.('ERR_PARSE_ARGS') ? 2 : 1);
  },
);
