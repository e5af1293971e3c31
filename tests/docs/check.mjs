// SPDX-License-Identifier: Apache-2.0
// Every command of the documents is run by a test: by tests/e2e/docs.mjs, or by the one that elsewhere.mjs names for it. Runs none
// of them.   node tests/docs/check.mjs --build build/release [--list]
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { passed, test } from '../e2e/report.mjs';
import { ROOT, commands } from './collect.mjs';
import { ELSEWHERE } from './elsewhere.mjs';
import { isRun } from './run.mjs';

const { values } = parseArgs({ options: { build: { type: 'string' }, list: { type: 'boolean', default: false } } });
const all = commands();
const place = ({ at: [{ path, line }] }) => `${path}:${line}`;
const wayOf = ({ text }) => (ELSEWHERE[text] !== undefined ? 'elsewhere' : isRun(text) ? 'run' : undefined);
if (values.list) for (const command of all) console.log(`${(wayOf(command) ?? '-').padEnd(10)} ${place(command)}  ${command.text}`);

/// Name -> command line, of all tests of a build, built or not.
function tests(folder, found = new Map()) {
  const file = join(folder, 'CTestTestfile.cmake');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const [, name, line] of text.matchAll(/^add_test\(\[=*\[(.+?)\]=*\]((?: "[^"]*")+)\)/gm)) {
    found.set(name, [...line.matchAll(/"([^"]*)"/g)].map(([, word]) => word));
  }
  for (const [, below] of text.matchAll(/^subdirs\("([^"]+)"\)/gm)) tests(join(folder, below), found);
  return found;
}

/// A script with all of our own that it imports.
function textOf(script, seen = new Set()) {
  if (seen.has(script) || !existsSync(script)) return '';
  seen.add(script);
  const text = readFileSync(script, 'utf8');
  const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => textOf(join(dirname(script), path), seen));
  return [text, ...imported].join('\n');
}

function lacking({ test: name, script, words }, known) {
  if (name !== undefined && !known.has(name)) return [`there is no test ${name}`];
  const line = name === undefined ? [join(ROOT, script)] : known.get(name);
  const scripts = line.filter((word) => resolve(word).startsWith(ROOT) && !/plimsoll$/.test(basename(word)) && /\.(mjs|cmake)$|\/run$|setup$/.test(word));
  const text = [line.join(' '), ...scripts.map((path) => textOf(path))].join('\n');
  return words.filter((word) => !text.includes(word)).map((word) => `${name ?? script} has no "${word}"`);
}

await test(`each of ${all.length} commands has its way to be run`, () => {
  assert(all.length > 60, 'hardly any were found');
  assert.deepEqual(all.filter((command) => wayOf(command) === undefined).map((command) => `${place(command)}: ${command.text}`), []);
});
await test('what is run elsewhere is a command of the documents, and is run there', () => {
  const known = tests(values.build);
  assert(known.size > 30, `${known.size} tests in ${values.build}`);
  const texts = new Set(all.map(({ text }) => text));
  for (const [text, entry] of Object.entries(ELSEWHERE)) {
    assert(texts.has(text), `no document has: ${text}`);
    if (entry.why !== undefined) continue;
    if (entry.of !== undefined) {
      assert(entry.of.startsWith(text) && texts.has(entry.of) && ELSEWHERE[entry.of] === undefined, `${text} does not begin "${entry.of}"`);
      continue;
    }
    for (const word of entry.words) assert(text.includes(word), `"${word}" is not of: ${text}`);
    assert.deepEqual(lacking(entry, known), [], text);
  }
});
console.log(`${passed()} passed`);
