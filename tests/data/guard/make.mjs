// SPDX-License-Identifier: Apache-2.0
// Writes vectors.json: calls of the guard and what is signed for it, encoded and hashed by viem from the ABI of the
// committed artifact. `node tests/data/guard/make.mjs`
import { readFileSync, writeFileSync } from 'node:fs';
import { encodeAbiParameters, encodeFunctionData, encodeFunctionResult, hashTypedData, domainSeparator, maxUint256, parseAbi } from 'viem';

const artifact = new URL('../../../strategies/contracts/artifacts/Guard.json', import.meta.url);
const { abi } = JSON.parse(readFileSync(artifact, 'utf8'));

const address = n => '0x' + n.toString(16).padStart(2, '0').repeat(20);
const guard = address(0xaa);
const account = address(0x11);
const market = { protocol: 1, entry: address(0x22), id: '0x' + '5a'.repeat(32) };
const policy = {
  guardian: address(0x33), access: 2, expiry: 1893456000, cooldown: 120, maxLossBps: 75, mayClose: true,
  trigger: 1250000000000000000n, floor: 1000000000000000000n, ceiling: 1680000000000000001n,
  valuePerDay: 10000000000000n,
  collaterals: [address(0x44), address(0x45)], debts: [address(0x46)], venues: [],
};
const bare = {
  guardian: address(0xff), access: 0, expiry: 2 ** 40 - 1, cooldown: 2 ** 32 - 1, maxLossBps: 65535, mayClose: false,
  trigger: 2n ** 96n - 1n, floor: 0n, ceiling: 2n ** 96n - 1n, valuePerDay: 2n ** 128n - 1n,
  collaterals: [], debts: [], venues: [address(0x01), address(0x02), address(0x03)],
};
const aave = { protocol: 0, entry: address(0x77), id: '0x' + '00'.repeat(32) };
const plan = {
  account, market: aave, deadline: 1700000012, floor: 1550000000000000000n,
  loan: { lender: 1, source: address(0x55), asset: address(0x46), amount: 123456789n },
  steps: [
    { action: 1, asset: address(0x46), amount: maxUint256, assetOut: address(0), minOut: 0n, target: address(0), data: '0x' },
    { action: 2, asset: address(0x44), amount: 10n ** 18n, assetOut: address(0x46), minOut: 1990000000n, target: address(0x56),
      data: '0x' + '0123456789abcdef'.repeat(5) },
  ],
};
const none = { ...plan, loan: { lender: 0, source: address(0), asset: address(0), amount: 0n }, steps: [] };
const types = {
  Market: [['uint8', 'protocol'], ['address', 'entry'], ['bytes32', 'id']],
  Policy: [['address', 'guardian'], ['uint8', 'access'], ['uint40', 'expiry'], ['uint32', 'cooldown'], ['uint16', 'maxLossBps'],
    ['bool', 'mayClose'], ['uint96', 'trigger'], ['uint96', 'floor'], ['uint96', 'ceiling'], ['uint128', 'valuePerDay'],
    ['address[]', 'collaterals'], ['address[]', 'debts'], ['address[]', 'venues']],
  SetPolicy: [['address', 'account'], ['Market', 'market'], ['Policy', 'policy'], ['uint256', 'nonce'], ['uint256', 'deadline']],
  Permit: [['address', 'owner'], ['address', 'spender'], ['uint256', 'value'], ['uint256', 'nonce'], ['uint256', 'deadline']],
};
for (const [name, fields] of Object.entries(types)) types[name] = fields.map(([type, field]) => ({ name: field, type }));
const domain = { name: 'plimsoll guard', version: '1', chainId: 31337, verifyingContract: guard };
const token = { name: 'Aave Ethereum WETH', version: '1', chainId: 1, verifyingContract: address(0x88) };
const nonce = (3n << 128n) | 5n;
const call = (functionName, args) => encodeFunctionData({ abi, functionName, args });
const policyAnswer = value => encodeFunctionResult({ abi, functionName: 'policyOf', result: value });
const permitAbi = parseAbi(['function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)']);
const word = byte => '0x' + byte.repeat(32);

const vectors = {
  setPolicy: call('setPolicy', [market, policy]),
  setBarePolicy: call('setPolicy', [aave, bare]),
  setPolicyBySignature: call('setPolicyBySignature', [account, market, policy, nonce, 1700000099n, '0x' + 'ab'.repeat(65)]),
  execute: call('execute', [plan]),
  executeNone: call('execute', [none]),
  revoke: call('revoke', [market]),
  revokeAll: call('revokeAll', []),
  policyOf: call('policyOf', [account, market]),
  spentOf: call('spentOf', [account, market]),
  nonceOf: call('nonceOf', [account]),
  policyAnswer: policyAnswer(policy),
  bareAnswer: policyAnswer(bare),
  spentAnswer: encodeAbiParameters([1, 2, 3, 4].map(() => ({ type: 'uint256' })), [7n, 8n, 1700000000n, 1700000001n]),
  policyDigest: hashTypedData({ domain, types, primaryType: 'SetPolicy',
    message: { account, market, policy, nonce, deadline: 1700000099n } }),
  bareDigest: hashTypedData({ domain: { ...domain, chainId: 1, verifyingContract: account }, types, primaryType: 'SetPolicy',
    message: { account, market: aave, policy: bare, nonce: 0n, deadline: 0n } }),
  tokenDomain: domainSeparator({ domain: token }),
  permitDigest: hashTypedData({ domain: token, types, primaryType: 'Permit',
    message: { owner: account, spender: guard, value: maxUint256, nonce: 4n, deadline: 1700000099n } }),
  permit: encodeFunctionData({ abi: permitAbi, functionName: 'permit',
    args: [account, guard, maxUint256, 1700000099n, 28, word('12'), word('34')] }),
};
writeFileSync(new URL('vectors.json', import.meta.url), JSON.stringify(vectors, null, 1) + '\n');
