// SPDX-License-Identifier: Apache-2.0
// The real daemon on a small file system of its own that something else fills: the reserve carries one rescue, then nothing new is
// signed, it is alarmed, and with room again it goes on. Also a journal that is damaged, lost, or of another key.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync, closeSync, copyFileSync, existsSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { assertOnce, onStage, rescued } from './outcome.mjs';
import { KEY, Receiver } from './receiver.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const LIMIT = 30_000;

const told = (daemon, alert) => new RegExp(`alert=${alert}\\b`).test(daemon.said());
const data = (place) => join(place.folder, 'data');

function mount(folder, size) {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder], { encoding: 'utf8' });
  return status === 0 ? null : stderr.trim();
}

/// Writes until not a byte is left.
function fill(folder) {
  const fd = openSync(join(folder, 'filler'), 'a');
  try {
    for (let size = 1 << 18; size > 0;) {
      try {
        writeSync(fd, Buffer.alloc(size));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(fd);
  }
}

async function fullDisk({ place, begin, daemon }) {
  const trouble = mount(data(place), '24m');
  if (trouble !== null) return `skipped: no file system can be mounted here (${trouble})`;
  const receiver = await Receiver.open();
  try {
    appendFileSync(place.config, receiver.section);
    writeFileSync(join(place.folder, 'heartbeat.key'), KEY, { mode: 0o600 });
    const one = daemon();
    await one.start();
    await receiver.calledAgain('at work');
    assert(existsSync(join(data(place), 'journal.db.reserve')), 'room is set aside');
    fill(data(place));
    await receiver.silent('the disk is full');
    assert(existsSync(join(data(place), 'journal.db.reserve')), 'it waits for a rescue, whatever else wants to write');
    one.child.kill('SIGKILL');
    await one.exit;
    one.spawn();  // it starts all the same; it does not call itself ready
    await until('it follows', LIMIT, async () => /health factor/.test(await one.readiness()));
    await stage.setPrice(ENDANGERED);
    await until('the rescue from the reserve', LIMIT, () => rescued(stage));
    assert.match(one.said(), /the reserve was given to the journal's start/);
    assert.match(one.said(), /nothing is recorded/, 'the room is the journal\'s');
    await assertOnce(stage, values.plimsoll, place, begin, 'on a full disk');
    // The reserve is used up: the next danger is alarmed, and nothing is signed for it.
    fill(data(place));
    const nonce = await stage.nonce();
    await fall('140');
    await until('it is alarmed', LIMIT, () => /disk is full.* alert=(outbox|transaction-failed)/.test(one.said()));
    await sleep(2_000);
    assert.equal(await stage.nonce(), nonce, 'nothing is signed that is not on the disk');
    assert.match(await one.readiness(), /"journal/);
    rmSync(join(data(place), 'filler'));
    await until('the next rescue, with room again', LIMIT, () => rescued(stage));
    await receiver.calledAgain('with room again');
    await until('room is set aside again', LIMIT, () => existsSync(join(data(place), 'journal.db.reserve')));
    assert.equal(await one.stop(), 0);
    return 'one rescue from the reserve, none without a record, the next with room again';
  } finally {
    receiver.close();
    spawnSync('umount', ['-l', data(place)]);
  }
}

/// The price falls below what the last rescue left.
async function fall(price) {
  await stage.setPrice(price);
  await until('the price falls', LIMIT, async () => !(await rescued(stage)));
}

/// Damage in the middle: it does not start; moved away as it says, it starts from the chain's own state, watching first.
async function damaged({ place, begin, daemon }) {
  const first = daemon();
  await first.start();
  await stage.setPrice(ENDANGERED);
  await until('the rescue', LIMIT, () => rescued(stage));
  await assertOnce(stage, values.plimsoll, place, begin, 'before the damage');
  assert.equal(await first.stop(), 0);
  const path = join(data(place), 'journal.db');
  const fd = openSync(path, 'r+');
  for (let at = 4_096; at < statSync(path).size; at += 4_096) writeSync(fd, Buffer.alloc(64, 0xa5), 0, 64, at);
  closeSync(fd);
  const second = daemon();
  second.spawn();
  await until('it does not start', LIMIT, () => second.ended !== null);
  assert.match(second.said(), /damaged|malformed/);
  assert.match(second.said(), /move it away to start from the chain's own state/);
  for (const name of readdirSync(data(place)).filter((entry) => entry.startsWith('journal.db'))) {
    renameSync(join(data(place), name), join(place.folder, name));
  }
  const third = daemon();
  await third.start();
  assert(told(third, 'unknown-history'), 'it says that it does not know what the key did');
  await fall('140');
  await until('the next rescue', LIMIT, () => rescued(stage));
  assert.equal(await third.stop(), 0);
  return 'refused with its mend, rebuilt from the chain';
}

/// An older copy is back: the nonces tell, and it watches before it acts.
async function olderCopy({ place, begin, daemon }) {
  const first = daemon();
  await first.start();
  await stage.setPrice(ENDANGERED);  // its records are in the copy
  await until('the first rescue', LIMIT, () => rescued(stage));
  await assertOnce(stage, values.plimsoll, place, begin, 'the first rescue');
  assert.equal(await first.stop(), 0);
  const path = join(data(place), 'journal.db');
  copyFileSync(path, join(place.folder, 'older.db'));
  const second = daemon();
  await second.start();
  assert(!told(second, 'unknown-history'), 'its own journal is known');
  await fall('140');
  await until('the second rescue', LIMIT, () => rescued(stage));
  assert.equal(await second.stop(), 0);
  copyFileSync(join(place.folder, 'older.db'), path);
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  const third = daemon();
  await third.start();
  assert.match(third.said(), /is it an older copy\?.*alert=unknown-history/);
  await fall('105');
  await until('the third rescue', LIMIT, () => rescued(stage));
  assert.equal(await third.stop(), 0);
  return 'noticed by its nonces, watched first, acted';
}

/// The journal of another key is refused with its mend; the owner's word takes it over.
async function otherKey({ place, daemon }) {
  const first = daemon();
  await first.start();
  assert.equal(await first.stop(), 0);
  const [alice, bob] = stage.wallets;
  stage.wallets = [bob];
  const other = await stage.folder();
  stage.wallets = [alice, bob];
  renameSync(data(place), join(other.folder, 'theirs'));
  rmSync(data(other), { recursive: true });
  renameSync(join(other.folder, 'theirs'), data(other));
  const second = stage.daemon(values.plimsoll, other);
  second.spawn();
  await until('it does not start', LIMIT, () => second.ended !== null);
  assert.equal(second.ended, 'code 3');
  assert.match(second.said(), new RegExp(`belongs to ${alice.address.toLowerCase()} on chain .*none of these keys.*--adopt`));
  await second.start({ args: ['--config', other.config, 'run', '--adopt'] });
  assert.equal(await second.stop(), 0);
  await second.start();
  assert.equal(await second.stop(), 0, 'now it is theirs');
  other.remove();
  return 'refused, then adopted';
}

const stage = await Stage.open(['alice', 'bob']);
const both = stage.wallets;
stage.wallets = [both[0]];
const STORIES = {
  'D10 the disk is full': fullDisk,
  'D13 the journal is damaged': damaged,
  'D14 H08 an older copy of the journal is back': olderCopy,
  'D15 the journal of another key': async (at) => {
    stage.wallets = both;
    return otherKey(at);
  },
};
try {
  await stories(STORIES, values.only, (name, body) => onStage(stage, values.plimsoll, {}, body));
} finally {
  await stage.close();
}
