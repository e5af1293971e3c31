#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The pinned solc from npm with the command line that forge speaks: --version, and --standard-json from stdin to stdout.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const solc = createRequire(new URL('../../tests/package.json', import.meta.url))('solc');
if (process.argv.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace('.Emscripten.clang', '')}.Linux.g++`);
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
} else {
  console.error('solc.mjs: --version or --standard-json');
  process.exit(1);
}
