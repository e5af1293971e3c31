// SPDX-License-Identifier: Apache-2.0
// The heartbeat seen from outside: calls while the daemon does its work, silence when it is stopped or blind. When it cannot
// write: disk_full.mjs.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onStage, rescued } from './outcome.mjs';
import { KEY, Receiver } from './receiver.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const LIMIT = 30_000;

async function story(stage, body) {
  const receiver = await Receiver.open();
  const settings = { chain: { block_time: '1s', max_head_age: '5s' },
    more: receiver.section };
  try {
    return await onStage(stage, values.plimsoll, { settings, pace: 1_000 }, async (at) => {
      writeFileSync(join(at.place.folder, 'heartbeat.key'), `${KEY}\n`, { mode: 0o600 });
      const daemon = at.daemon();
      await daemon.start();
      await receiver.calledAgain('at work');
      assert.deepEqual(receiver.calls[0], { at: receiver.calls[0].at, method: 'GET', path: `/ping/${KEY}` });
      const said = await body({ ...at, daemon, receiver });
      assert(!daemon.said().includes(KEY), 'the log does not hold the secret');
      return said;
    });
  } finally {
    receiver.close();
  }
}

const STORIES = {
  'the process is stopped and continued': async ({ daemon, receiver }) => {
    daemon.child.kill('SIGSTOP');
    await receiver.silent('stopped');
    daemon.child.kill('SIGCONT');
    await receiver.calledAgain('continued');
    assert.equal(await daemon.stop(), 0);
    await receiver.silent('ended');
    return 'silent while it is stopped, and after its end';
  },
  'the chain stands still': async ({ daemon, receiver }) => {
    await stage.pause();
    await receiver.silent('stale');
    stage.run(1_000);
    await receiver.calledAgain('fresh again');
    assert.equal(await daemon.stop(), 0);
    return 'silent while the head is stale';
  },
  'the receiver hangs and fails while the price falls': async ({ daemon, receiver }) => {
    receiver.answer = () => {};
    const { length } = receiver.calls;
    await until('a call that hangs', LIMIT, () => receiver.calls.length > length);
    await stage.setPrice(ENDANGERED);
    await until('the rescue', LIMIT, () => rescued(stage));
    receiver.answer = (response) => response.writeHead(500).end();
    await until('it is told', LIMIT, () => /alert=heartbeat\b/.test(daemon.said()));
    receiver.answer = (response) => response.writeHead(200).end('OK');
    await receiver.calledAgain('answering again');
    assert.equal(await daemon.stop(), 0);
    return 'the rescue did not wait for it';
  },
};

const stage = await Stage.open();
try {
  await stories(STORIES, values.only, (name, body) => story(stage, body));
} finally {
  await stage.close();
}
