// SPDX-License-Identifier: Apache-2.0
// Two chains in one daemon, with the same wallet on both: what happens to one leaves the other alone. --only WORD runs the stories
// whose names have it.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LEVELS } from '../devnet/crash/files.mjs';
import { sleep } from '../devnet/lib/rpc.mjs';
import { proxy } from './proxy.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const SAFE = 1_430_000_000_000_000_000n;
const CHAIN = { block_time: '1s', max_head_age: '10s' };

/// [chain.second] and what is on it, beside the configuration of the first.
function addSecond(config, stage, url) {
  const { info } = stage.devnet;
  const { warn, trigger, target } = LEVELS;
  appendFileSync(config, `
[chain.second]
id = ${info.chain_id}
rpc = ["${url}"]
block_time = "${CHAIN.block_time}"
max_head_age = "${CHAIN.max_head_age}"

[market.second]
chain = "second"
protocol = "aave-v3"
addresses_provider = "${info.aave.addresses_provider}"

[[wallet.alice.position]]
name = "alice-second"
market = "second"
warn = "${warn}"
trigger = "${trigger}"
target = "${target}"
strategies = ["repay-from-wallet"]
limits = { max_slippage = "0.5%", max_fee_per_gas = "1000 gwei", max_gas_per_day = "2 ETH", cooldown = "1s" }
`);
}

async function rescued(stage, name, limit = 20_000) {
  const began = Date.now();
  await until(`${name}: the rescue`, limit, async () => (await stage.health()) > SAFE);
  return Date.now() - began;
}

const STORIES = {
  'both fall: each is rescued once, on its own chain': async ({ first, second, daemon }) => {
    await daemon.start();
    await Promise.all([first.setPrice(ENDANGERED), second.setPrice(ENDANGERED)]);
    return Promise.all([rescued(first, 'first'), rescued(second, 'second')]);
  },
  'the second chain\'s node dies: the first is rescued; the second when its node is back': async ({ first, second, daemon, node }) => {
    await daemon.start();
    node.cut();
    await first.setPrice(ENDANGERED);
    const took = await rescued(first, 'first');
    await second.setPrice(ENDANGERED);
    await sleep(1_000);
    assert.ok((await second.health()) < SAFE, 'nobody can rescue where no node answers');
    node.restore();
    return [took, await rescued(second, 'second', 30_000)];
  },
  'the second chain\'s node is not there at the start: the first is protected all the same': async ({ first, second, daemon, node }) => {
    node.cut();
    const ready = daemon.start();
    await first.setPrice(ENDANGERED);
    const took = await rescued(first, 'first');
    node.restore();
    await ready;
    await second.setPrice(ENDANGERED);
    return [took, await rescued(second, 'second', 30_000)];
  },
  'N22 the second chain\'s node serves the first: refused, and the first goes on': async ({ first, second, daemon, config }) => {
    const text = readFileSync(config, 'utf8');
    const wrong = text.replace(/(\[chain\.second\]\nid = \d+\nrpc = \[")[^"]*/, `$1${first.devnet.info.ws_url}`);
    assert.notEqual(wrong, text);
    writeFileSync(config, wrong);
    const ready = daemon.start().catch(() => {});
    await Promise.all([first.setPrice(ENDANGERED), second.setPrice(ENDANGERED)]);
    const took = await rescued(first, 'first');
    assert.ok((await second.health()) < SAFE, 'the second is not touched');
    const said = await (await fetch(`http://127.0.0.1:${daemon.port}/-/ready`)).text();
    assert.match(said, /serves chain 31337, not 31338/);
    await daemon.stop();
    await ready;
    return [took];
  },
  'blocks come in bursts of twenty': async ({ first, second, daemon }) => {
    await daemon.start();
    const burst = async (stage) => {
      await stage.pause();
      await stage.setPrice(ENDANGERED);
      for (let i = 0; i < 20; ++i) await stage.devnet.chain.mine();
      stage.run();
    };
    await Promise.all([burst(first), burst(second)]);
    return Promise.all([rescued(first, 'first'), rescued(second, 'second')]);
  },
};

async function story(stages, name, play) {
  const snapshots = await Promise.all(stages.map((stage) => stage.devnet.chain.rpc.call('evm_snapshot', [])));
  const [first, second] = stages;
  const node = await proxy(second.devnet.info.ws_url);
  let daemon = null;
  let place = null;
  try {
    for (const stage of stages) await stage.catchUp();
    place = await first.folder({ chain: CHAIN });
    addSecond(place.config, second, `ws://127.0.0.1:${node.port}`);
    const begins = await Promise.all(stages.map(async (stage) => ({ block: (await stage.devnet.chain.head()).number + 1 })));
    for (const stage of stages) stage.run();
    daemon = first.daemon(values.plimsoll, place);
    const took = await play({ first, second, daemon, node, config: place.config });
    for (const stage of stages) await stage.pause();
    for (const [i, stage] of stages.entries()) {
      const repays = new Set((await stage.repays(begins[i].block)).map(({ transaction }) => transaction));
      const safe = (await stage.health()) > SAFE;
      assert.equal(repays.size, safe ? 1 : 0, `chain ${i + 1}: ${repays.size} repayments`);
    }
    if (daemon.ended === null) assert.equal(await daemon.stop(), 0, 'the daemon ends cleanly');
    place.remove();
    return `${took.join(' and ')} ms after the fall`;
  } catch (error) {
    error.message += `\n${daemon?.tail()}${place === null ? '' : `\nfiles: ${place.folder}`}`;
    throw error;
  } finally {
    if (daemon !== null && daemon.ended === null) daemon.child?.kill('SIGKILL');
    node.close();
    for (const [i, stage] of stages.entries()) {
      await stage.pause();
      await stage.devnet.chain.rpc.call('anvil_dropAllTransactions', []);
      await stage.devnet.chain.rpc.call('evm_revert', [snapshots[i]]);
    }
  }
}

const stages = [await Stage.open(['alice']), await Stage.open(['alice'], { chainId: 31338 })];
try {
  await stories(STORIES, values.only, (name, play) => story(stages, name, play));
} finally {
  for (const stage of stages) await stage.close();
}
