// SPDX-License-Identifier: Apache-2.0
// Reports to an OcrAggregator, signed by oracles that are made up here, as Chainlink's nodes make them.
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { parseSignature } from 'viem';
import { encodeAbiParameters, keccak256, pad, toHex } from 'viem/utils';

const DIGEST = keccak256(toHex('a configuration'));
const F = 1;
const ORACLES = 4;

/// An aggregator behind the asset's proxy that takes reports from `transmitters` alone; at(price) is its first answer.
export async function reportedFeed({ chain, info }, symbol, first, transmitters) {
  const owner = info.accounts[0].address;
  const feed = info.feeds[symbol];
  const oracles = Array.from({ length: ORACLES }, () => privateKeyToAccount(generatePrivateKey()));
  const aggregator = await chain.deploy(owner, 'OcrAggregator',
    [feed.decimals, first, F, DIGEST, oracles.map(({ address }) => address), transmitters]);
  const proxy = chain.at('PriceFeedProxy', feed.source);
  await proxy.write(owner, 'proposeAggregator', [aggregator]);
  await proxy.write(owner, 'confirmAggregator', [aggregator]);
  return { aggregator, oracles };
}

/// Arguments of transmit(). epoch: rises with each. forged: one signature is of somebody else.
export async function report({ oracles }, answer, epoch, { forged = false } = {}) {
  const observations = [answer - 3n, answer - 1n, answer, answer + 2n];
  const text = encodeAbiParameters(
    ['uint32', 'bytes32', 'int192[]', 'int192'].map((type) => ({ type })),
    [Math.floor(Date.now() / 1000), pad('0x00010203', { dir: 'right', size: 32 }), observations, 1n],
  );
  const context = [DIGEST, pad(toHex((BigInt(epoch) << 8n) | 1n), { size: 32 }), pad('0x00', { size: 32 })];
  const hash = keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'bytes32[3]' }], [keccak256(text), context]));
  const signers = forged ? [oracles[0], privateKeyToAccount(generatePrivateKey())] : oracles.slice(0, F + 1);
  const signatures = [];
  for (const signer of signers) signatures.push(parseSignature(await signer.sign({ hash })));
  const versions = `0x${signatures.map(({ yParity }) => `0${yParity}`).join('').padEnd(64, '0')}`;
  return [context, text, signatures.map(({ r }) => r), signatures.map(({ s }) => s), versions];
}
