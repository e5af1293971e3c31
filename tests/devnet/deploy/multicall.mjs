// SPDX-License-Identifier: Apache-2.0
// Multicall3 at the address it has on every chain. The npm package viem carries creation code of the public source (built
// with other optimiser settings than the one on mainnet, so not the same bytes); what it leaves on chain is everything
// after its 32 bytes of constructor.
const CONSTRUCTOR_BYTES = 32;
export const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11';

export async function placeMulticall(chain) {
  const path = new URL('../../node_modules/viem/_esm/constants/contracts.js', import.meta.url);
  const { multicall3Bytecode } = await import(path.href);
  const runtime = `0x${multicall3Bytecode.slice(2 + 2 * CONSTRUCTOR_BYTES)}`;
  await chain.rpc.call('anvil_setCode', [MULTICALL3, runtime]);
  return MULTICALL3;
}
