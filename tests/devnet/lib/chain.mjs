// SPDX-License-Identifier: Apache-2.0
// Sending, calling and time on a chain whose accounts the node itself unlocks.
import { getAddress } from 'viem/utils';
import { creationCode, decode, decodeLog, encode } from './contracts.mjs';
import { hex, sleep } from './rpc.mjs';

const RECEIPT_LIMIT_MS = 15_000;
const DEPLOY_GAS = 15_000_000;
// Fixed limits: an estimate made in the second of the previous write can be too low.
const WRITE_GAS = 3_000_000;
const FEES = { maxFeePerGas: hex(3000n * 10n ** 9n), maxPriorityFeePerGas: hex(10n ** 9n) };

/// The text of a Solidity revert, or the raw data.
export function revertReason(data) {
  if (typeof data !== 'string' || !data.startsWith('0x08c379a0')) return data ?? 'no reason given';
  const length = Number(BigInt(`0x${data.slice(74, 138)}`));
  return Buffer.from(data.slice(138, 138 + length * 2), 'hex').toString('utf8');
}

export class Chain {
  constructor(rpc) {
    this.rpc = rpc;
  }

  /// Puts a transaction into the pool and returns its hash.
  submit(from, to, data, { value = 0n, gas = WRITE_GAS, ...more } = {}) {
    const transaction = { from, data, value: hex(value), gas: hex(gas), ...FEES, ...more };
    if (to !== null) transaction.to = to;
    return this.rpc.call('eth_sendTransaction', [transaction]);
  }

  async receipt(hash, limit = RECEIPT_LIMIT_MS) {
    const started = Date.now();
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      const receipt = await this.rpc.call('eth_getTransactionReceipt', [hash]);
      if (receipt !== null) return receipt;
      if (Date.now() - started > limit) throw new Error(`${hash} was not mined in ${limit} ms`);
      await sleep(wait);
    }
  }

  /// Sends and waits; a reverted transaction is an error with its reason.
  async send(from, to, data, options = {}) {
    const receipt = await this.receipt(await this.submit(from, to, data, options));
    if (receipt.status === '0x1') return receipt;
    const reason = await this.whyReverted(from, to, data, options, receipt.blockNumber);
    throw new Error(`transaction from ${from} to ${to} reverted: ${reason}`);
  }

  async whyReverted(from, to, data, { value = 0n }, block) {
    try {
      await this.rpc.call('eth_call', [{ from, to, data, value: hex(value) }, block]);
      return 'out of gas, or no longer reverts';
    } catch (error) {
      return revertReason(error.data) ?? error.message;
    }
  }

  async deploy(from, name, args = [], libraries = {}) {
    const receipt = await this.send(from, null, creationCode(name, args, libraries), { gas: DEPLOY_GAS });
    return getAddress(receipt.contractAddress);
  }

  at(name, address) {
    return new Contract(this, name, address);
  }

  async head() {
    const block = await this.rpc.call('eth_getBlockByNumber', ['latest', false]);
    return {
      number: Number(block.number),
      hash: block.hash,
      timestamp: Number(block.timestamp),
      baseFee: BigInt(block.baseFeePerGas ?? 0),
    };
  }

  mine(blocks = 1, secondsBetween = 1) {
    return blocks === 1
      ? this.rpc.call('evm_mine', [])
      : this.rpc.call('anvil_mine', [hex(blocks), hex(secondsBetween)]);
  }

  /// Moves the chain's clock forward and mines a block there.
  async warp(seconds) {
    await this.rpc.call('evm_increaseTime', [seconds]);
    await this.mine();
  }

  setNextTimestamp(timestamp) {
    return this.rpc.call('evm_setNextBlockTimestamp', [timestamp]);
  }

  setAutomine(on) {
    return this.rpc.call('evm_setAutomine', [on]);
  }

  setBalance(address, wei) {
    return this.rpc.call('anvil_setBalance', [address, hex(wei)]);
  }

  impersonate(address) {
    return this.rpc.call('anvil_impersonateAccount', [address]);
  }

  async balance(address, block = 'latest') {
    return BigInt(await this.rpc.call('eth_getBalance', [address, block]));
  }

  logs(filter) {
    return this.rpc.call('eth_getLogs', [filter]);
  }
}

export class Contract {
  constructor(chain, name, address) {
    Object.assign(this, { chain, name, address });
  }

  async read(functionName, args = [], block = 'latest') {
    const call = { to: this.address, data: encode(this.name, functionName, args) };
    const data = await this.chain.rpc.call('eth_call', [call, block]);
    return decode(this.name, functionName, args, data);
  }

  write(from, functionName, args = [], options = {}) {
    return this.chain.send(from, this.address, encode(this.name, functionName, args), options);
  }

  submit(from, functionName, args = [], options = {}) {
    return this.chain.submit(from, this.address, encode(this.name, functionName, args), options);
  }

  /// What a write would return, without sending it.
  async simulate(from, functionName, args = [], block = 'latest') {
    const call = { from, to: this.address, data: encode(this.name, functionName, args) };
    return decode(this.name, functionName, args, await this.chain.rpc.call('eth_call', [call, block]));
  }

  /// The events of this name that a receipt or a list of logs holds.
  events(eventName, logs) {
    return logs
      .filter((log) => log.address.toLowerCase() === this.address.toLowerCase())
      .map((log) => decodeLog(this.name, eventName, log))
      .filter((args) => args !== null);
  }
}
