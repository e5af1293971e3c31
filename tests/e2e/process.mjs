// SPDX-License-Identifier: Apache-2.0
// The daemon as a process: hung, stopped, crashing in a row, replaced by another one, under a clock that jumps, without
// descriptors, processors or memory. Each time the chain must see one rescue. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { assertOnce, onStage, rescued } from './outcome.mjs';
import { stories } from './report.mjs';
import { proxy } from './proxy.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';
import { Supervisor } from './supervisor.mjs';

const { values } = parseArgs({ options: {
  plimsoll: { type: 'string' }, trap: { type: 'string' }, sink: { type: 'string' }, only: { type: 'string', default: '' } } });
const LIMIT = 30_000;
const FIRST = 60_000;  // a process that only just started under load

const told = (daemon, alert) => new RegExp(`alert=${alert}\\b`).test(daemon.said());
const trapArgs = (place) => [place.config];

async function rescuedOnce(stage, place, begin, what) {
  await until(`${what}: the rescue`, LIMIT, () => rescued(stage));
  await assertOnce(stage, values.plimsoll, place, begin, what);
}

async function supervised(options, body) {
  const supervisor = await Supervisor.open(values.sink, options);
  try {
    return await body(supervisor);
  } finally {
    supervisor.close();
  }
}

/// A loop that hangs in the middle of a rescue: the process ends itself by SIGABRT, the next one goes on.
async function hangs(stage, { place, begin, daemon }) {
  return supervised({ watchdogMs: 30_000 }, async (supervisor) => {
    const first = daemon(values.trap);
    await first.start({ args: trapArgs(place),
      env: { ...supervisor.env, PLIMSOLL_CRASH_ON: 'before broadcast', PLIMSOLL_CRASH_HOW: 'hang' } });
    supervisor.watch(first.child);
    await until('it feeds the watchdog', FIRST, () => supervisor.texts().includes('WATCHDOG=1'));
    await stage.setPrice(ENDANGERED);
    await until('it ends itself', FIRST, () => first.ended !== null);
    assert.equal(first.ended, 'SIGABRT');
    assert.equal(supervisor.fired, 0, 'it was not the service manager');
    assert.match(first.said(), /the loop hangs/);
    const second = daemon();
    await second.start({ env: supervisor.env });
    await rescuedOnce(stage, place, begin, 'after the hang');
    assert.equal(await second.stop(), 0);
    assert(supervisor.texts(second.child.pid).includes('STOPPING=1'), 'it says that it stops');
    return 'ended by its own watchdog';
  });
}

/// A process that does not run at all feeds nobody: the service manager ends it.
async function stopped(stage, { place, begin, daemon }) {
  return supervised({ watchdogMs: 3_000 }, async (supervisor) => {
    const first = daemon();
    await first.start({ env: supervisor.env });
    supervisor.watch(first.child);
    await until('ready and fed', FIRST, () => supervisor.texts().includes('READY=1') && supervisor.fed !== null);
    assert(supervisor.texts().some((text) => /^STATUS=live, lowest health factor 1\.3/.test(text)), supervisor.texts().join('\n'));
    first.child.kill('SIGSTOP');
    await stage.setPrice(ENDANGERED);
    await until('the service manager ends it', FIRST, () => first.ended !== null);
    assert.equal(supervisor.fired, 1);
    await daemon().start({ env: supervisor.env });
    await rescuedOnce(stage, place, begin, 'after the stop');
    return `ended by ${first.ended}`;
  });
}

/// Stopped for a while and continued, with its watchdog: it is not called hung, and what it planned before is not sent blindly.
async function paused(stage, { place, begin, daemon }) {
  const one = daemon();
  await one.start();
  one.child.kill('SIGSTOP');
  await stage.setPrice(ENDANGERED);
  await sleep(8_000);
  one.child.kill('SIGCONT');
  await rescuedOnce(stage, place, begin, 'after the pause');
  assert.equal(await one.stop(), 0, 'the same process to the end');
  return 'the same process rescued';
}

/// Five lives that end by a crash: the sixth watches, says so, and sends what the first one signed; it signs nothing new.
async function crashLoop(stage, { place, begin, daemon }) {
  const first = daemon(values.trap);
  await first.start({ args: trapArgs(place), env: { PLIMSOLL_CRASH_ON: 'after persist signed' } });
  await stage.setPrice(ENDANGERED);
  await until('the first crash', FIRST, () => first.ended !== null);
  await stage.pause();
  for (let i = 0; i < 4; ++i) {
    const next = daemon();
    next.spawn();
    await until('it has begun', FIRST, () => /INFO +LIVE started/.test(next.said()));
    next.child.kill('SIGKILL');
    await next.exit;
  }
  await stage.devnet.chain.rpc.call('anvil_dropAllTransactions', []);
  stage.run();
  const last = daemon();
  last.spawn();
  await until('it sends what is signed', LIMIT, async () => (await stage.nonce()) === begin.nonce + 1);
  await until('it says that it only watches', LIMIT, () => told(last, 'safe-mode'));
  await until('and that the position needs more', LIMIT, () => /not acting: safe-mode/.test(last.said()));
  await sleep(3_000);
  assert.equal(await stage.nonce(), begin.nonce + 1, 'nothing new is signed');
  assert.match(await last.readiness(), /safe mode after crashes/);
  assert.equal(await last.stop(), 0);
  await daemon().start();  // it ended as it was asked to: the row is over
  await rescuedOnce(stage, place, begin, 'after the safe mode');
  return 'watched, sent what was signed, rescued after a clean restart';
}

/// SIGTERM in the middle of an incident, and another program takes over.
async function upgrade(stage, { place, begin, daemon }) {
  const old = daemon(values.trap);
  await old.start({ args: trapArgs(place) });
  await stage.pause();
  await stage.setPrice(ENDANGERED);
  await stage.devnet.chain.mine();
  await until('the approval waits', LIMIT, async () =>
    Number(await stage.devnet.chain.rpc.call('eth_getTransactionCount', [stage.wallets[0].address, 'pending'])) === begin.nonce + 1);
  assert.equal(await old.stop(), 0, 'the old program ends as asked');
  stage.run();
  const next = daemon();
  await next.start();
  await rescuedOnce(stage, place, begin, 'after the upgrade');
  assert.equal(await next.stop(), 0);
  return 'the new program finished what the old one began';
}

/// The host's clock is set while the price falls.
const jump = (ms) => async (stage, { place, begin, daemon }) => {
  const file = join(place.folder, 'clock');
  writeFileSync(file, '0');
  const one = daemon(values.trap);
  await one.start({ args: trapArgs(place), env: { PLIMSOLL_CLOCK_FILE: file } });
  writeFileSync(file, String(ms));
  await until('it says so', LIMIT, () => told(one, 'clock-set'));
  await stage.setPrice(ENDANGERED);
  await rescuedOnce(stage, place, begin, 'after the jump');
  assert(!told(one, 'feed-stale'), 'the head stayed fresh');
  assert.equal(await one.stop(), 0);
  return 'told, and rescued as ever';
};

/// The clock is an hour ahead at the start and set right later: nothing is sent before, and it is said why.
async function wrongAtBoot(stage, { place, begin, daemon }) {
  const file = join(place.folder, 'clock');
  writeFileSync(file, '3600000');
  const one = daemon(values.trap);
  one.spawn({ args: trapArgs(place), env: { PLIMSOLL_CLOCK_FILE: file } });
  await until('it says that the clock is off', LIMIT, () => told(one, 'clock-off'));
  await stage.setPrice(ENDANGERED);
  await sleep(3_000);
  assert.equal(await stage.nonce(), begin.nonce, 'nothing is sent while clock and blocks differ');
  writeFileSync(file, '0');
  await rescuedOnce(stage, place, begin, 'with the right time');
  return 'waited, said so, and acted once the clock was right';
}

/// No descriptor is left while the connection is cut: it connects again as soon as there are some, and the journal has its own.
async function descriptors(stage, { place, begin, daemon }) {
  const limit = (count) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(one.child.pid), `--nofile=${count}:`], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  const one = daemon();
  await one.start();
  limit(3);
  stage.node.cut();
  stage.node.restore();
  await until('it cannot connect', LIMIT, () => told(one, 'feed-stale'));
  await stage.setPrice(ENDANGERED);
  limit(1024);
  await rescuedOnce(stage, place, begin, 'with descriptors again');
  limit(3);
  assert.equal(await one.stop(), 0);
  return 'rescued';
}

const metric = async (place, name) => {
  const text = await (await fetch(`http://127.0.0.1:${place.port}/metrics`)).text();
  return Number(text.match(new RegExp(`^${name.replace(/[{}"+]/g, '\\$&')} (\\S+)$`, 'm'))?.[1] ?? NaN);
};

/// So many processes that use up all processor time they get, each with a tenth of the daemon's share, as CPUWeight=1000 gives it
/// beside others.
function busy(count) {
  const burners = Array.from({ length: count }, () =>
    spawn('nice', ['-n', '10', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' }));
  return () => burners.forEach((burner) => burner.kill('SIGKILL'));
}

/// Every processor has several others to serve while the price falls: each block is decided on in time, or it is told.
async function starved(stage, { place, begin, daemon }) {
  const one = daemon();
  await one.start();
  const end = busy(3 * cpus().length);
  try {
    await stage.setPrice(ENDANGERED);
    await rescuedOnce(stage, place, begin, 'with busy processors');
    const [all, inTime] = [await metric(place, 'plimsoll_block_decision_seconds_count{chain="local"}'),
      await metric(place, 'plimsoll_block_decision_seconds_bucket{chain="local",le="2.5"}')];
    assert(all > 0, 'decisions are measured');
    assert(all === inTime || told(one, 'late'), `${all - inTime} of ${all} blocks were decided on late, and nobody was told`);
    assert.equal(await one.stop(), 0);
    return `${all} blocks decided on, ${all - inTime} of them late${told(one, 'late') ? ', told' : ''}`;
  } finally {
    end();
  }
}

/// No processor at all for some seconds.
async function late(stage, { place, begin, daemon }) {
  const one = daemon();
  await one.start();
  await until('it has decided', LIMIT, async () => (await metric(place, 'plimsoll_loop_late_seconds_count')) > 0);
  assert(!told(one, 'late'), 'not late before');
  one.child.kill('SIGSTOP');
  await stage.setPrice(ENDANGERED);
  await sleep(3_000);
  one.child.kill('SIGCONT');
  await until('it says that it is late', LIMIT, () => told(one, 'late'));
  await rescuedOnce(stage, place, begin, 'after the pause');
  return 'told';
}

/// The memory that it may have is what it has: it ends by itself, at once and with a word, and the next one goes on.
async function noMemory(stage, { place, begin, daemon }) {
  const one = daemon();
  await one.start();
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(one.child.pid), '--as=1:'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  await stage.setPrice(ENDANGERED);
  await until('it ends', LIMIT, async () => {
    const asking = Array.from({ length: 50 }, () => fetch(`http://127.0.0.1:${place.port}/metrics`).catch(() => undefined));
    await Promise.all(asking);
    return one.ended !== null;
  });
  assert.equal(one.ended, 'SIGABRT');
  assert.match(one.said(), /no memory is left, ending; the journal is complete/);
  await daemon().start();
  await rescuedOnce(stage, place, begin, 'with memory again');
  return 'ended by itself, and the next one rescued';
}

/// What is kept of blocks is bounded: after many of them it has no more than after some.
async function manyBlocks(stage, { place, daemon }) {
  const one = daemon();
  await one.start();
  const first = await one.head();
  const after = async (blocks) => {
    await until(`${blocks} blocks`, 5 * FIRST, async () => (await one.head()) >= first + blocks);
    return metric(place, 'process_resident_memory_bytes');
  };
  const some = await after(400);
  const many = await after(1_600);
  assert(many - some < 4 * 1024 * 1024, `${some} bytes after 400 blocks, ${many} after 1,600`);
  assert.equal(await one.stop(), 0);
  return `${Math.round(some / 1024)} KiB after 400 blocks, ${Math.round(many / 1024)} KiB after 1,600`;
}

/// A process that crashes, where cores are allowed: what it leaves behind.
function crashed(folder, command) {
  const { stderr } = spawnSync('bash', ['-c', 'ulimit -c unlimited; "$@" & sleep 2; kill -SEGV $!; wait $!', 'bash', ...command],
    { cwd: folder, encoding: 'utf8' });
  assert.match(stderr, /Segmentation fault/);
  return { dumped: stderr.includes('core dumped'), cores: readdirSync(folder).filter((name) => name.startsWith('core')) };
}

/// A crash leaves no core, in which the key would be; another process leaves one under the same limits.
async function noCore(_, { place }) {
  const other = join(place.folder, 'other');
  mkdirSync(other);
  if (!crashed(other, ['sleep', '60']).dumped) return 'skipped: nothing leaves a core on this host';
  const work = join(place.folder, 'work');
  mkdirSync(work);
  assert.deepEqual(crashed(work, [resolve(values.plimsoll), '--config', place.config, 'run']), { dumped: false, cores: [] });
  return 'no core file, where another process leaves one';
}

const stage = await Stage.open();
stage.node = await proxy(stage.devnet.info.ws_url);
const proxied = { chain: { rpc: [`ws://127.0.0.1:${stage.node.port}`], block_time: '1s', max_head_age: '5s' } };
const STORIES = {
  'X04 the loop hangs in the middle of a rescue': { play: hangs },
  'X04 the process is stopped and never continued': { play: stopped },
  'H01 X06 the process is stopped for a while': { play: paused },
  'D21 five crashes in a row': { play: crashLoop },
  'X11 X10 SIGTERM with an open incident, and another program': { play: upgrade },
  'X05 the clock is set an hour forward': { play: jump(3_600_000) },
  'X05 the clock is set an hour back': { play: jump(-3_600_000) },
  'X17 the clock is an hour ahead at the start': { play: wrongAtBoot, settings: { chain: { max_head_age: '36s' } }, pace: 1_000 },
  'K07 a crash where core files are allowed': { play: noCore },
  'X01 every processor is busy': { play: starved, pace: 500 },
  'X01 no processor for some seconds': { play: late, pace: 500 },
  'X02 no memory is left in the middle of a rescue': { play: noMemory },
  'X02 many blocks': { play: manyBlocks, pace: 10 },
  'X03 no descriptor is left': { play: descriptors, settings: proxied, pace: 1_000 },
};
try {
  await stories(STORIES, values.only, (name, { play, ...how }) => onStage(stage, values.plimsoll, how, (at) => play(stage, at)));
} finally {
  stage.node.close();
  await stage.close();
}
