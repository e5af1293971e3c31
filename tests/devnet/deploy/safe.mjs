// SPDX-License-Identifier: Apache-2.0
// Safe 1.4.1 from the published artifacts: what every Safe shares, and Safes with one owner.
import { getAddress } from 'viem/utils';
import { encode } from '../lib/contracts.mjs';

const ZERO = '0x0000000000000000000000000000000000000000';
const CALL = 0;
const GAS = 2_000_000;

export async function deploySafeContracts(chain, from) {
  return {
    singleton: await chain.deploy(from, 'Safe'),
    proxy_factory: await chain.deploy(from, 'SafeProxyFactory'),
    fallback_handler: await chain.deploy(from, 'CompatibilityFallbackHandler'),
  };
}

/// A Safe that `owner` alone controls. Returns its address.
export async function createSafe({ chain, info }, owner, salt = 0n) {
  const { singleton, proxy_factory: address, fallback_handler: handler } = info.safe;
  const setup = encode('Safe', 'setup', [[owner], 1n, ZERO, '0x', handler, ZERO, 0n, ZERO]);
  const factory = chain.at('SafeProxyFactory', address);
  const receipt = await factory.write(owner, 'createProxyWithNonce', [singleton, setup, salt]);
  return getAddress(factory.events('ProxyCreation', receipt.logs)[0].proxy);
}

/// The owner who sends the transaction needs no signature: its word is its being the sender (v = 1).
const approvedBySender = (owner) => `0x${owner.slice(2).padStart(64, '0')}${'0'.repeat(64)}01`;

/// A transaction of the Safe, sent by its only owner.
export async function safeWrite({ chain }, safe, owner, to, data, options = {}) {
  const args = [to, 0n, data, CALL, 0n, 0n, 0n, ZERO, ZERO, approvedBySender(owner)];
  const contract = chain.at('Safe', safe);
  const receipt = await contract.write(owner, 'execTransaction', args, { gas: GAS, ...options });
  if (contract.events('ExecutionFailure', receipt.logs).length > 0) throw new Error(`the Safe's call of ${to} failed`);
  return receipt;
}

export const enableModule = (devnet, safe, owner, module) =>
  safeWrite(devnet, safe, owner, safe, encode('Safe', 'enableModule', [module]));
