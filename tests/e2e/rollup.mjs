// SPDX-License-Identifier: Apache-2.0
// Chains that bill for a transaction's data: the daemon before a node of the OP stack, and before one of Arbitrum, as far as anvil
// with their contracts and their answers is one. --only WORD runs the stories whose names have it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decodeFunctionResult, encodeFunctionData, parseAbi, parseTransaction, serializeTransaction } from 'viem';
import { sleep } from '../devnet/lib/rpc.mjs';
import { NodeBetween } from './node_between.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, plimsoll, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' }, only: { type: 'string', default: '' } } });
const SAFE = 1_430_000_000_000_000_000n;
const ORACLE = '0x420000000000000000000000000000000000000F';
const L1_BLOCK = '0x4200000000000000000000000000000000000015';
const ARB_GAS_INFO = '0x000000000000000000000000000000000000006C';
const ABI = parseAbi([
  'function set(uint256, uint256, uint32, uint32)', 'function setOperator(uint32, uint64)', 'function setJovian()',
  'function getL1Fee(bytes) view returns (uint256)',
]);
const { contracts } = JSON.parse(readFileSync(new URL('../devnet/artifacts/contracts.json', import.meta.url), 'utf8'));
// Of OP Mainnet, mid 2024.
const SCALARS = [5227, 1014213];

/// l1BaseFee and blobBaseFee in wei.
async function opStack(stage, l1BaseFee, blobBaseFee) {
  const { chain, info } = stage.devnet;
  await chain.rpc.call('anvil_setCode', [ORACLE, contracts.GasPriceOracle.deployedBytecode]);
  await chain.rpc.call('anvil_setCode', [L1_BLOCK, contracts.L1Block.deployedBytecode]);
  await chain.submit(info.accounts[0].address, L1_BLOCK, encodeFunctionData({ abi: ABI, functionName: 'set', args: [l1BaseFee, blobBaseFee, ...SCALARS] }));
  await chain.mine();
}

/// An anvil that bills as a node of the OP stack does since Isthmus: by what is in the slots of L1Block.
const ISTHMUS = { network: 'optimism', hardfork: 'isthmus' };

/// The operator's fee: by gas, and of a transaction in wei.
async function operator(stage, scalar, constant) {
  const { chain, info } = stage.devnet;
  await chain.submit(info.accounts[0].address, L1_BLOCK, encodeFunctionData({ abi: ABI, functionName: 'setOperator', args: [scalar, constant] }));
  await chain.mine();
}

const balance = async (stage) => BigInt(await stage.devnet.chain.rpc.call('eth_getBalance', [stage.wallets[0].address, 'latest']));
const sum = (values) => values.reduce((a, b) => a + b, 0n);

/// What the oracle says of a transaction that was sent.
async function feeOf(stage, raw) {
  const { r, s, v, yParity, ...unsigned } = parseTransaction(raw);
  const data = encodeFunctionData({ abi: ABI, functionName: 'getL1Fee', args: [serializeTransaction(unsigned)] });
  const result = await stage.devnet.chain.rpc.call('eth_call', [{ to: ORACLE, data }, 'latest']);
  return decodeFunctionResult({ abi: ABI, functionName: 'getL1Fee', data: result });
}

/// Receipts as a node of the OP stack gives them.
function withFees(stage, node) {
  const fees = new Map();
  node.fees = fees;
  node.change = async ({ method, params }, answer) => {
    if (method === 'eth_sendRawTransaction' && answer.result) fees.set(answer.result, await feeOf(stage, params[0]));
    const fee = fees.get(params?.[0]);
    if (method === 'eth_getTransactionReceipt' && answer.result && fee !== undefined) answer.result.l1Fee = `0x${fee.toString(16)}`;
  };
}

/// Getters of six words, of which the second is the price of a byte in wei.
const prices = (byte) => `0x67${byte.toString(16).padStart(16, '0')}60205260c06000f3`;

function asArbitrum(node) {
  const dress = (block) => Object.assign(block, { gasLimit: '0x4000000000000', l1BlockNumber: '0x105e046', sendCount: '0x12069', sendRoot: block.stateRoot });
  node.change = async ({ method }, answer) => {
    if (method.startsWith('eth_getBlockBy') && answer.result) dress(answer.result);
    if (method === 'eth_estimateGas' && answer.result) answer.result = '0x2625a00';  // 40 million, of which most are for data
  };
  node.notify = (message) => { if (message.params?.result?.parentHash) dress(message.params.result); };
}

/// A rescue that would cost too much is refused and told of, and made when it costs less.
async function onlyOnceCheap({ stage, told }, cheapen) {
  const before = await stage.nonce();
  await stage.setPrice(ENDANGERED);
  await told('limit-gas-per-day');
  await sleep(2_000);
  assert.equal(await stage.nonce(), before);
  await cheapen();
  await until('the rescue once it is cheap', 20_000, async () => (await stage.health()) > SAFE);
  return 'refused, then rescued';
}

const STORIES = {
  'the OP stack: a rescue costs gas and the fee for data, and the history says both': {
    chain: { rollup: 'op-stack' },
    before: async (stage, node) => {
      await opStack(stage, 30n * 10n ** 9n, 10n ** 9n);
      withFees(stage, node);
    },
    play: async ({ stage, node, rescue, history }) => {
      await stage.setPrice(ENDANGERED);
      await rescue();
      await until('the end of it in the history', 10_000, () => history().some(({ outcome }) => outcome === 'rescued'));
      const ended = history().find(({ outcome }) => outcome === 'rescued');
      const receipt = await stage.devnet.chain.rpc.call('eth_getTransactionReceipt', [ended.hash]);
      const gas = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
      const fee = node.fees.get(ended.hash);
      assert.ok(fee > 0n);
      assert.equal(BigInt(ended.gas_spent_wei), gas + fee, 'gas and the fee for data');
      return `${gas} wei of gas and ${fee} wei for data`;
    },
  },
  'Isthmus: the history has the operator\'s fee, to the wei of what left the account': {
    node: ISTHMUS,
    chain: { rollup: 'op-stack' },
    before: async (stage) => {
      await opStack(stage, 0n, 0n);
      await operator(stage, 2_000_000_007, 3n * 10n ** 15n);
    },
    play: async ({ stage, rescue, history }) => {
      const before = await balance(stage);
      await stage.setPrice(ENDANGERED);
      await rescue();
      await until('the end of it in the history', 10_000, () => history().some(({ outcome }) => outcome === 'rescued'));
      const spent = sum(history().map(({ gas_spent_wei: wei }) => BigInt(wei ?? 0)));
      const ended = history().filter(({ gas_spent_wei: wei }) => BigInt(wei ?? 0) > 0n);
      const receipts = await Promise.all(ended.map(({ hash }) => stage.devnet.chain.rpc.call('eth_getTransactionReceipt', [hash])));
      const gas = sum(receipts.map(({ gasUsed, effectiveGasPrice }) => BigInt(gasUsed) * BigInt(effectiveGasPrice)));
      const left = before - await balance(stage);
      assert.equal(spent, left, 'what the chain took');
      assert.ok(left - gas > BigInt(ended.length) * 3n * 10n ** 15n, 'more than gas');
      return `${left} wei, of which ${left - gas} for the operator`;
    },
  },
  'Jovian: an operator\'s fee that by the gas limit is beyond the gas of a day: nothing is sent, and it is said': {
    node: ISTHMUS,
    chain: { rollup: 'op-stack' },
    limits: { max_gas_per_day: '0.01 ETH' },
    before: async (stage) => {
      await opStack(stage, 0n, 0n);
      await operator(stage, 2 ** 32 - 1, 0n);
      await stage.devnet.chain.submit(stage.devnet.info.accounts[0].address, ORACLE, encodeFunctionData({ abi: ABI, functionName: 'setJovian' }));
      await stage.devnet.chain.mine();
    },
    play: (at) => onlyOnceCheap(at, () => operator(at.stage, 1_000_000, 0n)),
  },
  'the OP stack: data that costs more than the gas of a day may: nothing is sent, and it is said': {
    chain: { rollup: 'op-stack' },
    before: async (stage) => opStack(stage, 10n ** 18n, 10n ** 18n),
    play: (at) => onlyOnceCheap(at, () => opStack(at.stage, 1n, 1n)),
  },
  'Arbitrum: blocks without a gas limit to speak of, and gas that holds the data: the rescue is made': {
    chain: { rollup: 'arbitrum' },
    before: async (stage, node) => {
      await stage.devnet.chain.rpc.call('anvil_setCode', [ARB_GAS_INFO, prices(10n ** 9n)]);
      asArbitrum(node);
    },
    play: async ({ stage, node, rescue, log }) => {
      await stage.setPrice(ENDANGERED);
      await rescue();
      const sent = node.asked.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ params }) => parseTransaction(params[0]));
      for (const { gas } of sent) assert.equal(gas, 50_000_000n, 'what the node estimates, and a quarter');
      assert.doesNotMatch(log(), /alert=(data-fee|endpoint-lied|gas-limit)/);
      return `rescued with a gas limit of ${sent.at(-1).gas}`;
    },
  },
};

async function story(stage, { chain, limits, before, play }) {
  stage.wallets[0].limits = limits;
  const node = await NodeBetween.open(stage.devnet.info.ws_url);
  try {
    return await stage.story(async (scene) => {
      await before(stage, node);
      scene.place = await stage.folder({
        chain: { rpc: [node.ws], block_time: '1s', max_head_age: '10s', wrapped_native: stage.devnet.info.uniswap.weth, ...chain },
      });
      stage.run();
      scene.daemon = stage.daemon(values.plimsoll, scene.place);
      await scene.daemon.start();
      const log = () => readFileSync(scene.daemon.log, 'utf8');
      return play({
        stage, node, log,
        rescue: () => until('the rescue', 20_000, async () => (await stage.health()) > SAFE),
        told: (kind) => until(`the alert ${kind}`, 15_000, () => log().includes(`alert=${kind}`)),
        history: () => JSON.parse(plimsoll(values.plimsoll, ['--config', scene.place.config, 'history', '--json']).stdout),
      });
    });
  } finally {
    node.close();
  }
}

const stages = new Map();
const stageOf = async (node) => {
  if (!stages.has(node)) stages.set(node, await Stage.open(['alice'], node));
  return stages.get(node);
};
try {
  await stories(STORIES, values.only, async (name, spec) => story(await stageOf(spec.node), spec));
} finally {
  for (const stage of stages.values()) await stage.close();
}
