// SPDX-License-Identifier: Apache-2.0
// Compiles the guard with the pinned solc from npm (tests/node_modules) into artifacts/Guard.json.
//   node strategies/contracts/compile.mjs           writes the artifact
//   node strategies/contracts/compile.mjs --check   fails if recompiling does not give the committed artifact
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { getContractAddress, keccak256, pad } from './viem.mjs';
import { settings } from './settings.mjs';

const folder = new URL('./', import.meta.url);
const artifact = new URL('artifacts/Guard.json', folder);
const require = createRequire(new URL('../../tests/package.json', import.meta.url));

// The deterministic deployment proxy of many chains: the same salt and code give the same address on each of them.
const PROXY = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
const SALT = pad('0x', { size: 32 });
// "Transient storage can break composability": the guard clears its slots itself.
const TRANSIENT = '2394';

export function sources() {
  const names = readdirSync(new URL('src/', folder), { recursive: true }).filter((name) => name.endsWith('.sol')).sort();
  return Object.fromEntries(names.map((name) => [`src/${name}`, {
    content: readFileSync(new URL(`src/${name}`, folder), 'utf8'),
  }]));
}

/// Warnings are errors, except for the mutations, which leave things unused.
export function compile(files = sources(), lenient = false) {
  const solc = require('solc');
  const input = {
    language: 'Solidity',
    sources: files,
    settings: {
      ...settings,
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const told = (output.errors ?? []).filter((entry) => entry.errorCode !== TRANSIENT)
    .filter((entry) => !lenient || entry.severity === 'error');
  if (told.length > 0) throw new Error(told.map((entry) => entry.formattedMessage).join('\n'));
  const { abi, evm } = output.contracts['src/Guard.sol'].Guard;
  // What the guard passes on from its other half.
  for (const name of ['Rescuer', 'Swapper']) {
    for (const entry of output.contracts[`src/${name}.sol`][name].abi) {
      const known = abi.some((item) => item.type === 'error' && item.name === entry.name);
      if (entry.type === 'error' && !known) abi.push(entry);
    }
  }
  const bytecode = `0x${evm.bytecode.object}`;
  const runtime = `0x${evm.deployedBytecode.object}`;
  for (const name of ['Guard', 'Rescuer', 'Swapper']) {
    const size = output.contracts[`src/${name}.sol`][name].evm.deployedBytecode.object.length / 2;
    if (size > 24_576) throw new Error(`${name} has ${size} bytes of code, 24576 are the most (EIP-170)`);
  }
  if (bytecode.length / 2 - 1 > 49_152) throw new Error('more creation code than EIP-3860 allows');
  return {
    compiler: solc.version(),
    settings,
    create2: {
      proxy: PROXY,
      salt: SALT,
      address: getContractAddress({ opcode: 'CREATE2', from: PROXY, salt: SALT, bytecodeHash: keccak256(bytecode) }),
    },
    abi,
    bytecode,
    deployedBytecode: runtime,
    immutableReferences: evm.deployedBytecode.immutableReferences,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiled = compile();
  const text = `${JSON.stringify(compiled, null, 1)}\n`;
  console.log(`${(compiled.deployedBytecode.length - 2) / 2} bytes of code, CREATE2 address ${compiled.create2.address}`);
  if (!process.argv.includes('--check')) {
    mkdirSync(new URL('artifacts/', folder), { recursive: true });
    writeFileSync(artifact, text);
  } else if (text !== readFileSync(artifact, 'utf8')) {
    console.error('strategies/contracts/artifacts/Guard.json is not what the sources compile to: run compile.mjs');
    process.exit(1);
  }
}
