// SPDX-License-Identifier: Apache-2.0
// The guard through the deterministic deployment proxy, which the node carries from its genesis: the address depends on
// the bytecode and the salt alone.
import { concatHex, getCreate2Address, pad } from 'viem/utils';
import { creationCode } from '../lib/contracts.mjs';

export const DEPLOYMENT_PROXY = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
export const GUARD_SALT = pad('0x00', { size: 32 });
const GAS = 15_000_000;

/// { guard, swapper }: the guard, and from where its swaps are called.
export async function deployGuard(chain, from) {
  const bytecode = creationCode('Guard');
  const address = getCreate2Address({ from: DEPLOYMENT_PROXY, salt: GUARD_SALT, bytecode });
  await chain.send(from, DEPLOYMENT_PROXY, concatHex([GUARD_SALT, bytecode]), { gas: GAS });
  if (await chain.rpc.call('eth_getCode', [address, 'latest']) === '0x') throw new Error('the guard was not deployed');
  return { guard: address, swapper: await chain.at('Guard', address).read('swapper') };
}
