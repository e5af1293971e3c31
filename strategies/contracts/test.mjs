// SPDX-License-Identifier: Apache-2.0
// Runs the guard's tests with the forge and the solc of tests/node_modules, offline. Arguments go to forge:
//   node strategies/contracts/test.mjs                                   all
//   node strategies/contracts/test.mjs --match-contract Attack -vvv      some
//   node strategies/contracts/test.mjs --gas-report
// GUARD_OUT names the folder for compiled contracts and caches, build/forge without it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./', import.meta.url));
const forge = fileURLToPath(new URL('../../tests/node_modules/@foundry-rs/forge-linux-amd64/bin/forge', import.meta.url));
if (!existsSync(forge)) {
  console.error(`${forge} is missing: run bot/setup, or \`npm ci --ignore-scripts\` in tests/`);
  process.exit(1);
}
const out = process.env.GUARD_OUT ?? fileURLToPath(new URL('../../build/forge', import.meta.url));
const { status } = spawnSync(forge, ['test', '--root', folder, '--offline', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: folder,
  env: {
    ...process.env,
    FOUNDRY_OUT: `${out}/out`,
    FOUNDRY_CACHE_PATH: `${out}/cache`,
    FOUNDRY_TEST_FAILURES_FILE: `${out}/cache/test-failures`,
    FOUNDRY_FUZZ_FAILURE_PERSIST_DIR: `${out}/cache/fuzz`,
    FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR: `${out}/cache/invariant`,
    FOUNDRY_DISABLE_NIGHTLY_WARNING: '1',
  },
});
process.exit(status ?? 1);
