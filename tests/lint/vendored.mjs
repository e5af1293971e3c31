// SPDX-License-Identifier: Apache-2.0
// What the page has from others is what they have published: every file of bot/console/page/vendor, byte for byte.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = fileURLToPath(new URL('..', import.meta.url));
const vendor = join(tests, '../bot/console/page/vendor');
const ORIGINS = { 'uPlot.iife.min.js': 'uplot/dist/uPlot.iife.min.js', 'uPlot.min.css': 'uplot/dist/uPlot.min.css', 'uPlot.LICENSE.txt': 'uplot/LICENSE' };

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const files = readdirSync(vendor).filter((name) => name !== 'README.md');
assert.deepEqual(files.sort(), Object.keys(ORIGINS).sort(), 'every file has an origin');
for (const [name, origin] of Object.entries(ORIGINS)) {
  assert(readFileSync(join(vendor, name)).equals(readFileSync(join(tests, 'node_modules', origin))), `${name} is not ${origin} of the package`);
}
const { version } = json(join(tests, 'node_modules/uplot/package.json'));
assert.equal(json(join(tests, 'package.json')).dependencies.uplot, version, 'the package that is installed is the one that is pinned');
assert.match(readFileSync(join(vendor, 'README.md'), 'utf8'), new RegExp(`\`uplot\` ${version.replaceAll('.', '\\.')} `), 'the version is written down');
console.log(`vendored: ${files.length} files as published, uplot ${version}`);
