// SPDX-License-Identifier: Apache-2.0
// A node that lies in order to have something harmful signed, and is the only one there is: it names a contract of its own as the
// market's pool, consistently in every answer, and absurd tips. What the key signs is bounded by what the owner
// has written down. usage: node tests/e2e/lying_node.mjs --plimsoll FILE
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { liar, replaced } from './liar.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values: options } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const EVIL = '0xe41e41e41e41e41e41e41e41e41e41e41e41e41e';
const LIMIT_MS = 30_000;
const CEILING = 100_000_000_000n;
const ABSURD = '0x1000000000000';  // 281,000 gwei

const stage = await Stage.open();
stage.wallets[0].limits = { max_fee_per_gas: '100 gwei' };
const node = await liar(stage.devnet.info.ws_url);
const place = await stage.folder({ chain: { rpc: [node.url] } });
const daemon = stage.daemon(options.plimsoll, place);
const pool = stage.devnet.info.aave.pool;
const text = readFileSync(place.config, 'utf8');
writeFileSync(place.config, text.replace(/^(addresses_provider = .*)$/m, `$1\npool = "${pool}"`));

let lied = 0;
try {
  const before = await stage.nonce();
  stage.run();
  node.lies.ask = (body) => replaced(body, EVIL, pool);
  node.lies.twist = (asked, answer) => replaced(answer, pool, EVIL);
  await daemon.start();
  const { number } = await stage.devnet.chain.head();
  await stage.setPrice(ENDANGERED);
  await until('the signature is refused', LIMIT_MS, () => /alert=signing-refused/.test(daemon.said()));
  assert.match(daemon.said(), /not signed, by the policy: 0x[eE]41[eE]41\w* would be allowed to take tokens/);
  await until('the engine says so too', LIMIT_MS, () => /alert=transaction-failed/.test(daemon.said()));
  assert.equal(await stage.nonce(), before, 'a transaction left');
  assert.equal(await daemon.stop(), 0);
  console.log('ok   a pool of the node\'s own: nothing is signed, and it is said');

  node.lies.ask = (body) => body;
  node.lies.twist = (asked, answer) => {
    if (!asked.includes('eth_feeHistory')) return answer;
    const message = JSON.parse(answer);
    const fees = message.result;
    fees.reward = fees.reward.map((block) => block.map(() => ABSURD));
    lied += 1;
    return JSON.stringify(message);
  };
  await daemon.start();
  await until('the rescue', LIMIT_MS, async () => (await stage.repays(number)).length === 1);
  const [{ transaction }] = await stage.repays(number);
  const sent = await stage.devnet.chain.rpc.call('eth_getTransactionByHash', [transaction]);
  assert(lied > 0);
  assert(BigInt(sent.maxFeePerGas) <= CEILING, sent.maxFeePerGas);
  assert.equal(sent.to.toLowerCase(), pool.toLowerCase());
  assert((await stage.health()) > 1_400_000_000_000_000_000n);
  assert.equal(await daemon.stop(), 0);
  console.log(`ok   tips of 281,000 gwei: bid ${BigInt(sent.maxFeePerGas) / 1_000_000_000n} gwei, within the owner's ceiling`);
} catch (error) {
  console.error(daemon.tail(8_000));
  throw error;
} finally {
  await daemon.stop();
  node.close();
  place.remove();
  await stage.close();
}
