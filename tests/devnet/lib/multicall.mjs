// SPDX-License-Identifier: Apache-2.0
import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem/utils';

const abi = parseAbi([
  'struct Call3 { address target; bool allowFailure; bytes callData; }',
  'struct Result { bool success; bytes returnData; }',
  'function aggregate3(Call3[] calls) payable returns (Result[] returnData)',
]);

/// calls: [[target, callData], ...], each allowed to fail; what one changes the next ones see.
export async function aggregate(chain, address, calls, block = 'latest') {
  const args = [calls.map(([target, callData]) => ({ target, allowFailure: true, callData }))];
  const call = { to: address, data: encodeFunctionData({ abi, functionName: 'aggregate3', args }) };
  const data = await chain.rpc.call('eth_call', [call, block]);
  return decodeFunctionResult({ abi, functionName: 'aggregate3', args, data });
}
