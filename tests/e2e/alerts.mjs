// SPDX-License-Identifier: Apache-2.0
// The daemon and those whom it tells: every kind of channel as its service documents it, limits, failures and hangs of them while a
// price falls, a kill with messages waiting, and what may be asked and ordered in a chat.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { authority } from './certificates.mjs';
import { assertOnce, onStage, rescued, steps } from './outcome.mjs';
import { LIMITED, PostOffice, STRANGER, TOKENS } from './post_office.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, HEALTHY, Stage, plimsollBeside, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const LIMIT = 45_000;
const ALL = ['hook', 'slack', 'discord', 'phone', 'push', 'pager', 'am', 'mail'];

async function metrics({ place }) {
  return (await fetch(`http://127.0.0.1:${place.port}/metrics`)).text();
}
const sent = (text, channel) => Number(new RegExp(`plimsoll_alert_total\\{channel="${channel}",level="critical",outcome="sent"\\} (\\d+)`).exec(text)?.[1] ?? 0);

/// body({ office, place, daemon, ... }) with secrets in their files; none of them is anywhere afterwards.
async function story(stage, { only, more, named = false }, body) {
  const office = await PostOffice.open();
  const settings = { chain: { block_time: '1s', max_head_age: '10s' }, more: office.sections(only, more) };
  try {
    return await onStage(stage, values.plimsoll, { settings, pace: 400 }, async (at) => {
      for (const [name, secret] of Object.entries(TOKENS)) {
        writeFileSync(join(at.place.folder, `${name}.key`), `${secret}\n`, { mode: 0o600 });
      }
      if (named) writeFileSync(at.place.config, readFileSync(at.place.config, 'utf8').replace('[daemon]\n', '[daemon]\nname = "desk-1"\n'));
      const said = await body({ ...at, office });
      const journal = readdirSync(join(at.place.folder, 'data')).filter((name) => name.startsWith('journal'))
        .map((name) => readFileSync(join(at.place.folder, 'data', name), 'latin1')).join('');
      const log = readFileSync(join(at.place.folder, 'plimsoll.log'), 'utf8');
      for (const secret of Object.values(TOKENS)) {
        assert(!log.includes(secret) && !log.includes(encodeURIComponent(secret)), 'the log holds a secret');
        assert(!journal.includes(secret), 'the journal holds a secret');
      }
      return said;
    });
  } finally {
    office.close();
  }
}

/// Messages of the channel that the journal does not know to be taken.
const untaken = ({ folder }, channel) => Number(execFileSync('sqlite3', ['-readonly', join(folder, 'data', 'journal.db'),
  `SELECT count(*) FROM deliveries WHERE channel = '${channel}' AND state = 'waiting'`], { encoding: 'utf8' }));

const fall = async (stage, what) => {
  await stage.setPrice(ENDANGERED);
  await until(`${what}: the rescue`, LIMIT, () => rescued(stage));
};
const told = (office, name, pattern, what) => until(`${name}: ${what ?? pattern}`, LIMIT, () => office.texts(name).some((text) => pattern.test(text)));

const STORIES = {
  'every kind of channel tells of a fall and of the rescue': [{ only: ALL }, async ({ office, place, begin, daemon }) => {
    const one = daemon();
    await one.start();
    await fall(stage, 'told');
    for (const name of ALL) await told(office, name, /alice-aave.*(health factor|below)/s);
    for (const name of ALL.filter((each) => each !== 'pager')) await told(office, name, /INFO alice-aave.*rescued|rescued/s);
    const trigger = office.taken.pager.map(({ message }) => message).find(({ dedup_key: key }) => /below-trigger/.test(key));
    assert.equal(trigger.event_action, 'trigger');
    await until('pager: it is over', LIMIT, () => office.taken.pager.some(({ message }) => message.event_action === 'resolve'
      && message.dedup_key === trigger.dedup_key));
    const letter = office.taken.mail[0].message;
    assert.deepEqual(letter.to, ['TO:<me@example.org>', 'TO:<you@example.org>']);
    assert.match(letter.text, /^Subject: /m);
    const page = await metrics({ place });
    for (const name of ALL) assert(sent(page, name) >= 1, `${name} is counted`);
    for (const secret of Object.values(TOKENS)) assert(!page.includes(secret), 'the metrics hold a secret');
    assert.deepEqual(office.refused, {}, 'nobody had reason to refuse');
    await assertOnce(stage, values.plimsoll, place, begin, 'told');
    assert.equal(await one.stop(), 0);
    return `${ALL.map((name) => `${name} ${office.taken[name].length}`).join(', ')}`;
  }],

  'limits, failures and a refused connection delay a message and lose none': [{ only: ALL }, async ({ office, place, begin, daemon }) => {
    for (const [name, answer] of Object.entries(LIMITED)) office.answer(name, answer);
    office.answer('am', { status: 503, body: '' });
    office.answer('hook', 'drop');
    office.answer('mail', { body: '451 4.3.0 later' });
    const one = daemon();
    await one.start();
    await fall(stage, 'delayed');
    const tried = Object.keys(LIMITED);
    await until('they are tried', LIMIT, () => tried.every((name) => (office.refused[name] ?? []).length >= 2));
    for (const name of ['slack', 'discord', 'phone']) {
      const times = office.refused[name].map(({ at }) => at);
      const gaps = times.slice(1).map((at, i) => at - times[i]);
      assert(Math.min(...gaps) >= (name === 'discord' ? 1_400 : 1_900), `${name} is spared as it asks: ${gaps}`);
    }
    assert.deepEqual(office.taken, {});
    for (const name of ALL) office.answer(name, null);
    for (const name of ALL) await until(`${name}: it comes`, LIMIT, () => office.texts(name).some((text) => /alice-aave/.test(text)));
    await assertOnce(stage, values.plimsoll, place, begin, 'delayed');
    assert.equal(await one.stop(), 0);
    return 'all came';
  }],

  'every channel hangs: the rescue waits for none, and the daemon ends at once': [{ only: ALL, more: { phone: 'commands = "act"' } },
    async ({ office, place, begin, daemon }) => {
      office.answer([...ALL, 'poll'], 'hang');
      const one = daemon();
      await one.start();
      const began = Date.now();
      await fall(stage, 'hanging');
      const took = Date.now() - began;
      await assertOnce(stage, values.plimsoll, place, begin, 'hanging');
      const ending = Date.now();
      assert.equal(await one.stop(), 0);
      assert(Date.now() - ending < 6_000, 'it ends while they hang');
      return `rescued after ${took} ms, ended in ${Date.now() - ending} ms`;
    }],

  'X12 the first channel is down: the backup tells, and that it is down': [
    { only: ['phone', 'mail'], more: { mail: 'use = "backup"\nafter = "2s"' } }, async ({ office, daemon }) => {
      office.answer('phone', { status: 502, body: '' });
      const one = daemon();
      await one.start();
      await fall(stage, 'backup');
      await told(office, 'mail', /alice-aave/);
      await told(office, 'mail', /phone takes no messages for .*status 502/);
      const { length } = office.texts('mail');
      office.answer('phone', null);
      await told(office, 'phone', /alice-aave/);
      assert(!office.texts('phone').some((text) => /phone takes no messages/.test(text)), 'it is not told of itself');
      assert.equal(await one.stop(), 0);
      return `${length} letters`;
    }],

  'killed with messages waiting: they come after the start, and none twice': [{ only: ['phone', 'hook'] }, async ({ office, place, daemon }) => {
    office.answer('phone', 'drop');
    const first = daemon();
    await first.start();
    await fall(stage, 'killed');
    await told(office, 'hook', /rescued/);
    await told(office, 'hook', /below-trigger/);
    await until('the journal knows that the hook took them', LIMIT, () => untaken(place, 'hook') === 0);
    first.child.kill('SIGKILL');
    await first.exit;
    const before = office.texts('hook').length;
    office.answer('phone', null);
    const second = daemon();
    await second.start();
    await told(office, 'phone', /rescued/);
    await told(office, 'phone', /below-trigger/);
    const again = office.texts('hook').slice(before).filter((text) => /rescued|below-trigger/.test(text));
    assert.deepEqual(again, [], 'what was told is not told again');
    assert.equal(await second.stop(), 0);
    return `${office.texts('phone').length} after the start`;
  }],

  'a chat asks, pauses and resumes': [{ only: ['phone'], more: { phone: 'commands = "act"' } }, async ({ office, place, begin, daemon }) => {
    const one = daemon();
    await one.start();
    assert.match(await office.ask('/status'), /^live\nlocal: block \d+, \d+ s old\nalice-aave: health factor 1\.3.* \(trigger 1\.2000, target 1\.4500\), collateral .* USD/);
    assert.match(await office.ask('/plan@plimsoll_bot alice-aave'), /alice-aave: health factor .*\nnothing to do: above the trigger/);
    assert.match(await office.ask('/plan nobody'), /no position is named nobody/);
    assert.match(await office.ask('/help'), /\/pause/);
    const { length } = office.texts('phone');
    office.write('/pause', { chat: STRANGER });
    office.write('pause everything, please');
    assert.match(await office.ask('/pause', { age: 3_600 }), /too old/);
    assert.match(await office.ask('/status'), /dry run|\)/);
    assert(!/PAUSED/.test(office.texts('phone').slice(length).join()), 'neither strangers nor the past pause anything');
    assert.match(await office.ask('/pause alice'), /alice is paused until \/resume/);
    await stage.setPrice(ENDANGERED);
    await told(office, 'phone', /below its trigger and not acting: paused is paused by the operator/);
    assert.match(await office.ask('/status'), /BELOW ITS TRIGGER; PAUSED by telegram 4242 until it is resumed/);
    assert.match(await office.ask('/plan alice-aave'), /would repay .*\nhealth factor 1\.1.* -> 1\.4/s);
    assert.match(await office.ask('/ack'), /Noted: \d+ open alert/);
    assert.equal(await one.stop(), 0);
    await one.start();
    assert.match(await office.ask('/status'), /PAUSED by telegram 4242/);
    assert.equal(await rescued(stage), false);
    assert.match(await office.ask('/resume alice'), /alice is protected again/);
    await until('the rescue', LIMIT, () => rescued(stage));
    await assertOnce(stage, values.plimsoll, place, begin, 'paused');
    const decisions = steps(values.plimsoll, place);
    assert(decisions.length >= 2);
    assert.equal(await one.stop(), 0);
    return `${office.polls.length} polls`;
  }],

  'one alert is taken care of in a chat: PagerDuty hears of that one, once, also over a restart': [
    { only: ['phone', 'pager'], more: { phone: 'commands = "act"' } }, async ({ office, place, daemon }) => {
      const list = async () => JSON.parse((await plimsollBeside(values.plimsoll, ['--config', place.config, 'alert', 'list', '--json'])).stdout).open;
      const acknowledged = () => office.taken.pager.map(({ message }) => message).filter(({ event_action: action }) => action === 'acknowledge');
      const one = daemon();
      await one.start();
      assert.equal(await office.ask('/alerts'), 'Nothing is open.');
      assert.match(await office.ask('/pause alice'), /alice is paused until/);
      await stage.setPrice(ENDANGERED);
      await until('several are open, and the pager knows', LIMIT, async () => (await list()).length > 1
        && office.taken.pager?.some(({ message }) => /below-trigger/.test(message.dedup_key)));
      const grave = (await list()).find(({ kind }) => kind === 'below-trigger');
      assert.match(await office.ask('/alerts'), new RegExp(`open, the gravest first:(\n.*)*\n${grave.id} critical below-trigger alice-aave, for .* s$`, 'm'));
      assert.match(await office.ask('/ack ffffffff'), /No open alert is called ffffffff/);
      assert.match(await office.ask(`/ack ${grave.id}`), new RegExp(`^Noted: ${grave.id}\.`));
      await until('PagerDuty is told', LIMIT, () => acknowledged().length > 0);
      assert.deepEqual(acknowledged().map(({ dedup_key: key }) => key), [grave.key]);
      const by = async () => (await list()).filter(({ acknowledged_by: who }) => who !== null).map(({ id }) => id);
      assert.deepEqual(await by(), [grave.id]);
      assert.equal(await one.stop(), 0);
      await one.start();
      await until('it is heard of again', LIMIT, async () => (await by()).includes(grave.id));
      assert.match(await office.ask('/alerts'), new RegExp(`${grave.id} .*: telegram 4242 takes care`));
      assert.equal(acknowledged().length, 1);
      assert.match(await office.ask('/resume alice'), /alice is protected again/);
      await until('the rescue', LIMIT, () => rescued(stage));
      await until('PagerDuty hears that it is over', LIMIT, () => office.taken.pager.some(({ message }) => message.event_action === 'resolve' && message.dedup_key === grave.key));
      assert.equal(await one.stop(), 0);
      return grave.id;
    }],

  'orders by command: who takes care of what, a pause and a dry run, over a restart': [
    { only: ['phone', 'pager'], more: { pager: 'use = "escalation"\nafter = "1h"' }, named: true }, async ({ office, place, begin, daemon }) => {
      const order = (...args) => plimsollBeside(values.plimsoll, ['--config', place.config, ...args]);
      const list = async () => JSON.parse((await order('alert', 'list', '--json')).stdout);
      const nobody = await order('pause', 'alice');
      assert.equal(nobody.status, 5, nobody.stderr);
      assert.match(nobody.stderr, /no daemon serves .*control\.sock/);
      const one = daemon();
      await one.start();
      assert.match(readFileSync(place.config, 'utf8'), /name = "desk-1"/);
      assert.match((await order('alert', 'list')).stdout, /^Nothing is open\.$/m);
      assert.equal((await order('pause', 'nobody')).status, 2);
      const paused = await order('pause', 'alice', '--for', '2h');
      assert.equal(paused.status, 0, paused.stderr);
      await told(office, 'phone', /^\[desk-1\] WARN alice: paused by command line, \S+ until /);
      await stage.setPrice(ENDANGERED);
      await told(office, 'phone', /below its trigger and not acting: paused is paused by the operator/);
      const open = await list();
      assert.equal(open.running, true);
      const grave = open.open.find(({ level, kind }) => level === 'critical' && kind === 'below-trigger') ?? open.open[0];
      assert.equal(grave.acknowledged_by, null);
      assert.match(grave.key, /^plimsoll\/desk-1\//);
      assert(grave.ways.some(({ channel, use, due_ms: due, told_ms: at }) => channel === 'pager' && use === 'escalation' && due !== null && at === null));
      assert.match((await order('alert', 'list')).stdout, new RegExp(`${grave.id} .*critical .* no .*escalates to pager in`));
      assert.equal((await order('alert', 'ack', 'ffffffff')).status, 2);
      assert.equal((await order('alert', 'ack', grave.id)).status, 0);
      const after = (await list()).open.find(({ id }) => id === grave.id);
      assert.match(after.acknowledged_by, /^command line, /);
      assert(!after.ways.some(({ use }) => use === 'escalation'), 'nobody is woken by it any more');
      assert.equal((await order('dry-run', 'alice')).status, 0);
      assert.equal((await order('resume', 'alice')).status, 0);
      await told(office, 'phone', /dry run: would repay/);
      assert.equal(await one.stop(), 0);
      const asleep = await order('alert', 'list', '--json');
      assert.match(asleep.stderr, /not running/);
      assert(JSON.parse(asleep.stdout).open.some(({ id, acknowledged_by: by }) => id === grave.id && by !== null));
      await one.start();
      await until('the new process says it too', LIMIT, async () => /switched-to-dry-run/.test((await order('alert', 'list')).stdout));
      assert.equal(await rescued(stage), false);
      assert.equal(await stage.nonce(), begin.nonce, 'nothing was sent');
      const back = await order('dry-run', 'alice', '--off');
      assert.equal(back.status, 0, back.stderr);
      await until('the rescue', LIMIT, () => rescued(stage));
      await assertOnce(stage, values.plimsoll, place, begin, 'ordered');
      assert.equal(await one.stop(), 0);
      return `${open.open_total} open`;
    }],

  'a channel is tried by itself, says who speaks, and its last success is in the metrics': [
    { only: ['hook', 'pager'], more: { hook: 'test_every = "1h"\nlevel = "critical"', pager: 'test_every = "2s"' }, named: true }, async ({ office, place, daemon }) => {
      const one = daemon();
      await one.start();
      await told(office, 'hook', /^\[desk-1\] TEST of channel hook: alerts of 1 position come here/);
      const tests = () => office.taken.pager?.filter(({ message }) => /^\[desk-1\] TEST/.test(message.payload?.summary ?? '')).length ?? 0;
      await until('the pager is tried again', LIMIT, () => tests() >= 2);
      await until('what a test opens is closed', LIMIT, () => office.taken.pager.some(({ message }) => message.event_action === 'resolve' && /\/test$/.test(message.dedup_key)));
      const page = await metrics({ place });
      const success = Number(/plimsoll_alert_channel_last_success_timestamp_seconds\{channel="hook"\} (\S+)/.exec(page)?.[1]);
      assert(Math.abs(success - Date.now() / 1000) < 60, `${success}`);
      assert.match(page, /plimsoll_alert_channel_test_interval_seconds\{channel="hook"\} 3600/);
      assert.equal(await one.stop(), 0);
      await one.start();
      await until('it follows', LIMIT, async () => /plimsoll_alert_channel_last_success_timestamp_seconds\{channel="hook"\} 1/.test(await metrics({ place })));
      assert.equal(office.texts('hook').filter((text) => /TEST/.test(text)).length, 1, 'a restart tries it no earlier');
      assert.equal(await one.stop(), 0);
      return `${tests()} tests of the pager`;
    }],

  'an authority of its own: a service is taken with its `ca`, and refused without': [{ only: ['hook'], named: true }, async ({ place }) => {
    const { ca, issue } = authority(place.folder, 'authority');
    const { certificate, key } = issue('service');
    const bodies = [];
    const server = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      request.on('data', (part) => bodies.push(String(part)));
      request.on('end', () => response.end('{}'));
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    const url = `https://127.0.0.1:${server.address().port}/hook`;
    const section = (name, more) => `\n[alert.${name}]\nkind = "webhook"\nurl = "${url}"\n${more}`;
    writeFileSync(place.config, readFileSync(place.config, 'utf8') + section('own', `ca = "${ca}"\n`) + section('bare', ''));
    const test = (name) => plimsollBeside(values.plimsoll, ['--config', place.config, 'alert', 'test', name]);
    const own = await test('own');
    assert.equal(own.status, 0, own.stdout + own.stderr);
    assert.match(bodies.join(''), /\[desk-1\] TEST of channel own/);
    const bare = await test('bare');
    assert.equal(bare.status, 10, bare.stdout);
    assert.match(bare.stdout, /certificate/i);
    chmodSync(ca, 0o666);
    const open = await test('own');
    assert.equal(open.status, 10, open.stdout);
    assert.match(open.stdout, /others could exchange it: chmod 644/);
    server.close();
    writeFileSync(join(place.folder, 'plimsoll.log'), '');
    mkdirSync(join(place.folder, 'data'), { recursive: true });
    return 'taken, refused, refused';
  }],

  'alert test tries each channel, and says which does not take it': [{ only: ALL }, async ({ office, place }) => {
    const all = await plimsollBeside(values.plimsoll, ['--config', place.config, 'alert', 'test', '--json']);
    assert.equal(all.status, 0, all.stdout + all.stderr);
    assert.deepEqual(JSON.parse(all.stdout).map(({ channel, taken }) => [channel, taken]), ALL.map((name) => [name, true]));
    for (const name of ALL) assert(office.texts(name).some((text) => /^TEST of channel/.test(text)), name);
    assert.equal(office.taken.pager.at(-1).message.event_action, 'resolve');
    office.answer('phone', { status: 401, body: '{"ok":false,"error_code":401,"description":"Unauthorized"}' });
    office.answer('mail', 'drop');
    const some = await plimsollBeside(values.plimsoll, ['--config', place.config, 'alert', 'test']);
    assert.equal(some.status, 10, some.stdout);
    assert.match(some.stdout, /failed {2}phone \(telegram\): status 401, Unauthorized/);
    assert.match(some.stdout, /failed {2}mail \(email\): /);
    assert.match(some.stdout, /taken {3}slack \(slack\)/);
    for (const secret of Object.values(TOKENS)) assert(!(some.stdout + some.stderr).includes(secret));
    const none = await plimsollBeside(values.plimsoll, ['--config', place.config, 'alert', 'test', 'nobody']);
    assert.equal(none.status, 2, none.stderr);
    writeFileSync(join(place.folder, 'plimsoll.log'), '');
    return '8 taken, then 2 not';
  }],
};

const stage = await Stage.open();
try {
  await stories(STORIES, values.only, (name, [settings, body]) => story(stage, settings, body));
} finally {
  await stage.setPrice(HEALTHY).catch(() => {});
  await stage.close();
}
