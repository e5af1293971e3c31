// SPDX-License-Identifier: Apache-2.0
// Contract artifacts: the real ones from npm, those compiled here from ../artifacts. Links libraries, encodes and decodes calls.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import {
  concatHex, decodeEventLog, decodeFunctionResult, encodeAbiParameters, encodeFunctionData, getAbiItem,
} from 'viem/utils';

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const guard = fileURLToPath(new URL('../../../strategies/contracts/artifacts/Guard.json', import.meta.url));
const roots = [
  '@aave/core-v3/artifacts/contracts/protocol',
  '@aave/core-v3/artifacts/contracts/misc',
  '@aave/core-v3/artifacts/contracts/mocks/tokens',
  '@uniswap/v3-core/artifacts/contracts',
  '@uniswap/v3-periphery/artifacts/contracts',
  '@safe-global/safe-contracts/build/artifacts/contracts',
  '@uniswap/v2-core/build',
  '@uniswap/v2-periphery/build',
  '@uniswap/swap-router-contracts/artifacts/contracts',
].map((path) => join(modules, path));

let files = null;
const artifacts = new Map();

function index() {
  files = new Map();
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith('.json') && !entry.name.endsWith('.dbg.json')) {
        const name = entry.name.slice(0, -5);
        if (!files.has(name)) files.set(name, path);
      }
    }
  };
  for (const root of roots) {
    if (!existsSync(root)) throw new Error(`${root} is missing: run \`npm ci\` in tests/`);
    visit(root);
  }
  for (const compiled of ['contracts.json', 'morpho.json']) {
    const { contracts } = JSON.parse(readFileSync(new URL(`../artifacts/${compiled}`, import.meta.url), 'utf8'));
    for (const [name, artifact] of Object.entries(contracts)) artifacts.set(name, artifact);
  }
  // Safe has an interface of the same name.
  if (hasGuard()) artifacts.set('Guard', JSON.parse(readFileSync(guard, 'utf8')));
}

export const hasGuard = () => existsSync(guard);

export function artifact(name) {
  if (files === null) index();
  if (!artifacts.has(name)) {
    if (!files.has(name)) throw new Error(`no artifact of a contract ${name}`);
    artifacts.set(name, JSON.parse(readFileSync(files.get(name), 'utf8')));
  }
  return artifacts.get(name);
}

/// The creation code with libraries put in place and constructor arguments appended.
export function creationCode(name, args = [], libraries = {}) {
  const { abi, bytecode, linkReferences = {} } = artifact(name);
  let code = bytecode.startsWith('0x') ? bytecode : `0x${bytecode}`;
  for (const byLibrary of Object.values(linkReferences)) {
    for (const [library, places] of Object.entries(byLibrary)) {
      if (libraries[library] === undefined) throw new Error(`${name} needs the library ${library}`);
      for (const { start, length } of places) {
        const from = 2 + start * 2;
        code = code.slice(0, from) + libraries[library].slice(2).toLowerCase() + code.slice(from + length * 2);
      }
    }
  }
  const inputs = abi.find((item) => item.type === 'constructor')?.inputs ?? [];
  return inputs.length === 0 ? code : concatHex([code, encodeAbiParameters(inputs, args)]);
}

export const encode = (name, functionName, args = []) =>
  encodeFunctionData({ abi: artifact(name).abi, functionName, args });

export const decode = (name, functionName, args, data) =>
  decodeFunctionResult({ abi: artifact(name).abi, functionName, args, data });

/// The event of this name in a log, as { ...arguments }, or null if the log is another one.
export function decodeLog(name, eventName, log) {
  try {
    const { args } = decodeEventLog({
      abi: [getAbiItem({ abi: artifact(name).abi, name: eventName })], data: log.data, topics: log.topics,
    });
    return args;
  } catch {
    return null;
  }
}
