// SPDX-License-Identifier: Apache-2.0
// A wallet whose key a service keeps: rescued through it; not at all while the service is down or signs something else, which
// is alarmed; and `check` says what is wrong with the service.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { authority } from './certificates.mjs';
import { passed, test } from './report.mjs';
import { SigningService } from './signing_service.mjs';
import { ENDANGERED, HEALTHY, plimsollBeside, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' } } });

const SAFE = 1_400_000_000_000_000_000n;
const pems = mkdtempSync(join(tmpdir(), 'plimsoll-pem-'));
const ours = authority(pems, 'ours');
const client = ours.issue('plimsoll');
const stranger = authority(pems, 'strangers').issue('stranger');

const stage = await Stage.open(['alice', 'bob', 'carol', 'dave']);
const [alice, bob, carol, dave] = stage.wallets;
const service = await SigningService.open(stage.wallets.map(({ private_key: key }) => key), ours, ours.issue('service'));
for (const wallet of stage.wallets) wallet.signer = { remote: service.url, ca: ours.ca, ...client, timeout: '1s' };

/// One wallet's daemon, healthy and following; `body` gets it and the block at which it began.
async function story(wallet, body, start = (daemon) => daemon.start()) {
  stage.wallets = [wallet];
  const place = await stage.folder();
  const daemon = stage.daemon(values.plimsoll, place);
  await stage.setPrice(HEALTHY);
  await stage.catchUp();
  stage.run();
  service.asked.length = 0;
  service.behaviour = 'honest';
  try {
    await start(daemon);
    const { number } = await stage.devnet.chain.head();
    await body({ daemon, place, number, log: () => readFileSync(daemon.log, 'utf8') });
    assert.equal(await daemon.stop(), 0, daemon.tail());
  } catch (error) {
    console.error(daemon.tail(6000));
    throw error;
  } finally {
    await daemon.stop();
    await stage.pause();
    place.remove();
  }
}

/// Once, and no more: the blocks go on for a while.
async function rescued(wallet, fromBlock) {
  await until(`${wallet.name} is safe`, 40_000, async () => (await stage.health(wallet)) > SAFE);
  await sleep(1_000);
  assert.equal((await stage.repays(fromBlock, wallet)).length, 1);
}

async function nothingSent(wallet, nonce) {
  assert.equal(await stage.nonce(wallet), nonce);
  const pending = await stage.devnet.chain.rpc.call('eth_getTransactionCount', [wallet.address, 'pending']);
  assert.equal(Number(pending), nonce);
}

try {
  await test('check: the service answers and has the key; strangers, wrong keys and loose files are named', async () => {
    stage.wallets = [alice];
    const place = await stage.folder();
    await stage.catchUp();
    const check = (...args) => plimsollBeside(values.plimsoll, ['--config', place.config, 'check', ...args]);
    const good = await check('--online');
    assert.equal(good.status, 0, good.stdout + good.stderr);
    assert(good.stdout.includes(`answers and has the key of ${alice.address}`), good.stdout);

    chmodSync(client.key, 0o644);
    const loose = await check();
    chmodSync(client.key, 0o600);
    assert.equal(loose.status, 3);
    assert(loose.stdout.includes(`chmod 600 ${client.key}`), loose.stdout);

    const text = readFileSync(place.config, 'utf8');
    const changed = (from, to) => {
      assert(text.includes(from));
      writeFileSync(place.config, text.replaceAll(from, to));
      return check('--online');
    };
    for (const [from, to, words] of [
      [client.key, stranger.key, 'is not that of certificate'],
      [ours.ca, stranger.certificate, 'wallet alice: signing service'],
      [alice.address, stage.devnet.info.accounts[9].address, 'it has no key of'],
    ]) {
      const { status, stdout, stderr } = await changed(from, to);
      assert.notEqual(status, 0, stdout + stderr);
      assert(stdout.includes(words), stdout + stderr);
    }
    writeFileSync(place.config, text.replace(client.certificate, stranger.certificate).replace(client.key, stranger.key));
    const shut = await check('--online');
    assert.equal(shut.status, 4, shut.stdout);
    assert(shut.stdout.includes(`problem  wallet alice: signing service: signing service ${service.url}: `), shut.stdout);
    place.remove();
  });

  await test('a rescue whose transactions the service signs: every field given, one of each nonce', async () => {
    await story(alice, async ({ number }) => {
      const first = await stage.nonce(alice);
      await stage.setPrice(ENDANGERED);
      await rescued(alice, number);
      const nonces = service.asked.map(({ nonce }) => Number(nonce));
      assert.deepEqual(nonces, nonces.map((_, i) => first + i));
      for (const asked of service.asked) {
        assert.equal(asked.client, 'plimsoll');
        for (const key of ['from', 'to', 'gas', 'maxFeePerGas', 'maxPriorityFeePerGas', 'value', 'data', 'nonce', 'chainId']) {
          assert.match(asked[key], /^0x/, key);
        }
      }
    });
  });

  await test('K13 the service is down when the price falls: alarmed, and rescued once it is up again', async () => {
    await story(bob, async ({ number, log }) => {
      const nonce = await stage.nonce(bob);
      await service.stop();
      await stage.setPrice(ENDANGERED);
      await until('the alarm', 20_000, async () => log().includes(`signer: signing service ${service.url}: `));
      await nothingSent(bob, nonce);
      await service.start();
      await rescued(bob, number);
    });
  });

  await test('K13 the service never answers: the engine goes on, alarmed in time, and rescued when it answers', async () => {
    await story(carol, async ({ number, log }) => {
      const nonce = await stage.nonce(carol);
      service.behaviour = 'hangs';
      await stage.setPrice(ENDANGERED);
      await until('the alarm', 20_000, async () => log().includes('no answer in 1000 ms'));
      await nothingSent(carol, nonce);
      service.behaviour = 'honest';
      await rescued(carol, number);
    });
  });

  await test('K13 the service is down when the daemon starts: alarmed at once, ready when it is up', async () => {
    await service.stop();
    let down = true;
    await story(alice, async ({ log }) => {
      assert.equal(down, false, 'ready while the service was down');
      await until('the all-clear', 5_000, async () => /alert=signer-unreachable resolved=true/.test(log()));
    }, (daemon) => daemon.start({
      meanwhile: async () => {
        if (!down || !/Nothing can be signed for this wallet: .*alert=signer-unreachable/.test(daemon.tail(20_000))) return;
        await service.start();
        down = false;
      },
    }));
  });

  await test('K12 the service signs another amount, recipient, nonce or type: refused, alarmed, nothing sent', async () => {
    await story(dave, async ({ number, log }) => {
      const nonce = await stage.nonce(dave);
      service.behaviour = 'dearer';
      await stage.setPrice(ENDANGERED);
      for (const [behaviour, words] of [
        ['dearer', 'value: 1 was signed where 0 was asked'], ['elsewhere', 'to: 0x000000000000000000000000000000000000dEaD was signed'],
        ['again', `nonce: ${nonce + 1} was signed where ${nonce} was asked`], ['legacy', 'type: 0 was signed where 2 was asked'],
        ['locked', 'the vault is locked'],
      ]) {
        service.behaviour = behaviour;
        await until(`the alarm: ${words}`, 30_000, async () => log().includes(words));
        await nothingSent(dave, nonce);
      }
      service.behaviour = 'honest';
      await rescued(dave, number);
    });
  });
  console.log(`${passed()} passed`);
} finally {
  await stage.close();
  await service.stop();
  rmSync(pems, { recursive: true, force: true });
}
