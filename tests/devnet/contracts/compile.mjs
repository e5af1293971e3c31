// SPDX-License-Identifier: Apache-2.0
// Compiles the contracts of this folder with the pinned solc from npm into ../artifacts/contracts.json.
//   node tests/devnet/contracts/compile.mjs           writes the artifact
//   node tests/devnet/contracts/compile.mjs --check   fails if the committed artifact differs
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = new URL('./', import.meta.url);
const artifact = new URL('../artifacts/contracts.json', import.meta.url);

export function compile() {
  const solc = createRequire(import.meta.url)('solc');
  const names = readdirSync(folder).filter((name) => name.endsWith('.sol')).sort();
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(names.map((name) => [name, { content: readFileSync(new URL(name, folder), 'utf8') }])),
    settings: {
      evmVersion: 'paris',
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const errors = (output.errors ?? []).filter((entry) => entry.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((entry) => entry.formattedMessage).join('\n'));
  const contracts = {};
  for (const name of names) {
    for (const [contract, { abi, evm }] of Object.entries(output.contracts[name])) {
      if (evm.bytecode.object === '') continue;
      contracts[contract] = {
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
      };
    }
  }
  return `${JSON.stringify({ compiler: solc.version(), contracts }, null, 1)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiled = compile();
  if (!process.argv.includes('--check')) {
    writeFileSync(artifact, compiled);
  } else if (compiled !== readFileSync(artifact, 'utf8')) {
    console.error('tests/devnet/artifacts/contracts.json is not what the sources compile to: run compile.mjs');
    process.exit(1);
  }
}
