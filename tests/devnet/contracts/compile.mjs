// SPDX-License-Identifier: Apache-2.0
// Compiles with pinned compilers from npm: the contracts of this folder into ../artifacts/contracts.json, and those of the
// npm package @morpho-org/morpho-blue, which carries sources only, into ../artifacts/morpho.json.
//   node tests/devnet/contracts/compile.mjs           writes the artifacts
//   node tests/devnet/contracts/compile.mjs --check   fails if a committed artifact differs
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const folder = new URL('./', import.meta.url);
const morpho = new URL('../../node_modules/@morpho-org/morpho-blue/src/', import.meta.url);
const artifacts = new URL('../artifacts/', import.meta.url);
const MORPHO_CONTRACTS = ['Morpho.sol', 'mocks/IrmMock.sol', 'mocks/OracleMock.sol'];

function build(compiler, sources, settings, wanted, findImport) {
  const input = {
    language: 'Solidity',
    sources,
    settings: {
      evmVersion: 'paris',
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
      ...settings,
    },
  };
  const solc = require(compiler);
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
  const errors = (output.errors ?? []).filter((entry) => entry.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((entry) => entry.formattedMessage).join('\n'));
  const contracts = {};
  for (const name of wanted) {
    for (const [contract, { abi, evm }] of Object.entries(output.contracts[name])) {
      if (evm.bytecode.object === '') continue;
      contracts[contract] = {
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
      };
    }
  }
  return { compiler: solc.version(), contracts, output };
}

const text = ({ compiler, contracts }) => `${JSON.stringify({ compiler, contracts }, null, 1)}\n`;

export function compile() {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sol')).sort();
  const sources = names.map((name) => [name, { content: readFileSync(new URL(name, folder), 'utf8') }]);
  return text(build('solc', Object.fromEntries(sources), { optimizer: { enabled: true, runs: 200 } }, names));
}

/// With the settings of the contract on mainnet. Morpho's events are declared in a library, so the compiler leaves them out
/// of its interface: they are put back.
export function compileMorpho() {
  const read = (path) => readFileSync(new URL(path, morpho), 'utf8');
  const sources = Object.fromEntries(MORPHO_CONTRACTS.map((path) => [path, { content: read(path) }]));
  const settings = { viaIR: true, optimizer: { enabled: true, runs: 999_999 } };
  const built = build('solc-0.8.19', sources, settings, MORPHO_CONTRACTS, (path) => ({ contents: read(path) }));
  const { abi: events } = built.output.contracts['libraries/EventsLib.sol'].EventsLib;
  built.contracts.Morpho.abi.push(...events.filter(({ type }) => type === 'event'));
  return text(built);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, make] of [['contracts.json', compile], ['morpho.json', compileMorpho]]) {
    const compiled = make();
    if (!process.argv.includes('--check')) {
      writeFileSync(new URL(name, artifacts), compiled);
    } else if (compiled !== readFileSync(new URL(name, artifacts), 'utf8')) {
      console.error(`tests/devnet/artifacts/${name} is not what the sources compile to: run compile.mjs`);
      process.exit(1);
    }
  }
}
