// SPDX-License-Identifier: Apache-2.0
// What each of several nodes is used for, what they must agree on, what they can and what they stand by: the daemon before real
// nodes, each behind one that counts and may say some things otherwise. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sleep } from '../devnet/lib/rpc.mjs';
import { NodeBetween } from './node_between.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const SAFE = 1_430_000_000_000_000_000n;
const WITHOUT_TAGS = ({ method, params }) => (method === 'eth_getBlockByNumber' && ['safe', 'finalized'].includes(params[0])
  ? { error: { code: -32602, message: 'invalid argument 0: unknown block tag' } } : undefined);
const WITHOUT_HASHES = ({ params }) => (params?.some((param) => param?.requireCanonical !== undefined)
  ? { error: { code: -32602, message: 'invalid argument 1: json: cannot unmarshal object into Go value of type string' } } : undefined);
const DAY = 1_000;
const READS = ['eth_call', 'eth_getBalance', 'eth_getCode', 'eth_getLogs', 'eth_feeHistory', 'eth_estimateGas'];

const rescue = (at, name = 'the rescue') => until(name, 20_000, async () => (await at.stage.health()) > SAFE);
const told = (at, kind, limit = 40_000) => until(`the alert ${kind}`, limit, () => at.log().includes(`alert=${kind}`));
async function nothingIsSent(at, ms = 2_500) {
  const before = await at.stage.nonce();
  await sleep(ms);
  assert.equal(await at.stage.nonce(), before, 'nothing is sent');
}

const otherwise = (hex) => `${hex.slice(0, -1)}${hex.endsWith('7') ? '8' : '7'}`;

/// Simulations that another world would answer so.
function liesAboutSimulations(node) {
  node.lies = true;
  node.change = async ({ method, params }, answer) => {
    if (node.lies && method === 'eth_call' && params.length === 3 && answer.result) answer.result = otherwise(answer.result);
  };
}

const STORIES = {
  'roles: one is followed, one is read, one takes transactions, and none is asked for what it is not for': {
    nodes: 3,
    rpc: ([a, b, c]) => `[{ url = "${a.ws}", roles = ["follow"] }, { url = "${b.http}", roles = ["read"] }, { url = "${c.http}", roles = ["send"] }]`,
    play: async (at) => {
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      const [follows, reads, sends] = at.nodes;
      assert.equal(follows.count('eth_subscribe'), 1);
      assert.deepEqual([...sends.methods()].filter((method) => method !== 'eth_chainId'), ['eth_sendRawTransaction']);
      for (const node of [follows, reads]) assert.equal(node.count('eth_sendRawTransaction'), 0);
      for (const method of READS) assert.equal(follows.count(method), 0, `${method} of the node that is only followed`);
      assert.ok(reads.count('eth_call') > 0 && reads.count('eth_subscribe') === 0);
      return `${reads.asked.length} reads, ${sends.asked.length} requests to the node that takes transactions`;
    },
  },
  'quorum: nothing is spent while two nodes differ on a simulation; when they agree the rescue is made': {
    chain: { quorum: 2, quorum_wait: '500ms' },
    before: ([, b]) => liesAboutSimulations(b),
    play: async (at) => {
      await at.stage.setPrice(ENDANGERED);
      await told(at, 'endpoint-differ');
      await nothingIsSent(at);
      at.nodes[1].lies = false;
      await rescue(at);
      return 'refused, then rescued';
    },
  },
  'quorum: an owner who says so goes on with what the followed node says, and is alarmed': {
    chain: { quorum: 2, quorum_wait: '100ms', without_quorum: 'go-on' },
    everyMs: 1_000,
    before: ([, b]) => liesAboutSimulations(b),
    play: async (at) => {
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      await told(at, 'endpoint-differ');
      return 'rescued';
    },
  },
  'budget: a node is asked for no more than its owner grants it a day, and another one takes over': {
    rpc: ([a, b]) => `[{ url = "${a.ws}", requests_per_day = ${DAY} }, "${b.ws}"]`,
    everyMs: 20,  // so that a day's worth is soon used
    play: async (at) => {
      await until('all but what rescues may have', 120_000, () => at.log().includes('alert=endpoint-budget') && at.nodes[0].asked.length > DAY * 0.7);
      const [bounded, other] = at.nodes;
      await until('what is no rescue goes to the other', 60_000, () => other.count('eth_call') > 0);
      await at.stage.pause();
      at.stage.run(500);
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      const free = bounded.count('eth_sendRawTransaction');
      const asked = bounded.asked.length - free;
      assert.ok(asked <= DAY, `${asked} requests`);
      assert.ok(free > 0, 'transactions go to it all the same');
      const metrics = await (await fetch(`http://127.0.0.1:${at.place.port}/metrics`)).text();
      assert.match(metrics, new RegExp(`plimsoll_endpoint_requests_today\\{[^}]*:${bounded.port}[^}]*\\} \\d+`));
      return `${asked} of ${DAY} requests, ${other.asked.length} of the other`;
    },
  },
  'N43 nodes that know no final blocks: it is said once, and the rescue is made': {
    before: (nodes) => { for (const node of nodes) node.answer = WITHOUT_TAGS; },
    play: async (at) => {
      await told(at, 'final-unknown');
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      assert.equal(at.log().match(/alert=final-unknown/g).length, 1);
      return 'rescued';
    },
  },
  'N19 a node that cannot read state by a hash: found at the start, said, asked by the number and checked': {
    nodes: 1,
    before: ([a]) => { a.answer = WITHOUT_HASHES; },
    play: async (at) => {
      await told(at, 'endpoint-odd');
      assert.match(at.log(), /cannot read state by a block's hash/);
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      return 'rescued';
    },
  },
  'N15 the only node replaces blocks that were final: alarm, and nothing is spent': {
    alone: true,
    ahead: 10,
    nodes: 1,
    play: async (at) => {
      await at.replaceFinal();
      await told(at, 'finality-violated');
      await at.stage.setPrice(ENDANGERED);
      await nothingIsSent(at, 4_000);
      assert.ok((await at.stage.health()) < SAFE);
      return 'refused';
    },
  },
  'N15 two nodes agree on what replaced final blocks: alarm, and the rescue is made': {
    alone: true,
    ahead: 10,
    play: async (at) => {
      await at.replaceFinal();
      await told(at, 'endpoint-final');
      await at.stage.setPrice(ENDANGERED);
      await rescue(at);
      return 'rescued';
    },
  },
  'N38 no node answers: told within moments, and what was signed goes out first when one is back': {
    nodes: 1,
    play: async (at) => {
      const [node] = at.nodes;
      node.answer = ({ method }) => (method === 'eth_sendRawTransaction' ? { error: { code: -32603, message: 'internal error' } } : undefined);
      await at.stage.setPrice(ENDANGERED);
      await until('a signed transaction', 15_000, () => node.count('eth_sendRawTransaction') > 0);
      node.away();
      const sent = () => node.asked.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ params }) => params[0]);
      const before = sent();
      await told(at, 'no-node', 6_000);
      node.asked.length = 0;
      node.answer = () => undefined;
      await node.back();
      await rescue(at);
      assert.equal(sent()[0], before.at(-1), 'the same bytes');
      return 'rescued';
    },
  },
};

async function story(stage, { nodes: count = 2, rpc, chain = {}, everyMs, ahead = 0, before = () => {}, play }) {
  const nodes = [];
  for (let i = 0; i < count; ++i) nodes.push(await NodeBetween.open(stage.devnet.info.ws_url));
  try {
    return await stage.story(async (scene) => {
      const first = (await stage.devnet.chain.head()).number;
      for (let i = 0; i < ahead; ++i) await stage.devnet.chain.mine();
      const place = await stage.folder({ chain: { rpc: nodes.map(({ ws }) => ws), block_time: '1s', max_head_age: '10s', ...chain } });
      scene.place = place;
      if (rpc !== undefined) {
        const text = readFileSync(place.config, 'utf8');
        writeFileSync(place.config, text.replace(/^rpc = .*$/m, () => `rpc = ${rpc(nodes)}`));
      }
      stage.run(everyMs);
      before(nodes);
      scene.daemon = stage.daemon(values.plimsoll, place);
      await scene.daemon.start();
      return play({
        stage, nodes, place, log: () => readFileSync(scene.daemon.log, 'utf8'),
        /// A reorganisation below what anvil called final when the daemon asked for it: two blocks under its head then.
        replaceFinal: async () => {
          const asked = ({ asked: all }) => all.filter(({ method, params }) => (
            method === 'eth_getBlockByNumber' && params[0] === 'finalized')).length;
          await until('all nodes to be asked for what is final, and again', 20_000, () => nodes.every((node) => asked(node) > 1));
          await stage.pause();
          const { number } = await stage.devnet.chain.head();
          await stage.devnet.chain.rpc.call('anvil_reorg', [number - first - 2, []]);
          await stage.catchUp();  // anvil counts on from the time of the block that it went back to
          stage.run();
        },
      });
    });
  } finally {
    for (const node of nodes) node.close();
  }
}

const open = () => Stage.open(['alice'], { extra: ['--slots-in-an-epoch', '1'] });

/// One that goes back far has an anvil of its own: what was written to disk since the start cannot be gone back to.
async function alone(spec) {
  const stage = await open();
  try {
    return await story(stage, spec);
  } finally {
    await stage.close();
  }
}

const stage = await open();
try {
  await stories(STORIES, values.only, (name, spec) => (spec.alone ? alone(spec) : story(stage, spec)));
} finally {
  await stage.close();
}
