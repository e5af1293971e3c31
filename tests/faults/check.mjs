// SPDX-License-Identifier: Apache-2.0
// Holds the list of faults against the tests without running them: every id that a test carries is in the list, every covered
// fault has a test, no other has one. Prints how many of each letter there are; --tests the tests of each fault besides.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const LETTERS = {
  N: 'nodes, view of the chain', M: 'pools, sending', P: 'private ways', O: 'oracles, prices', K: 'keys, signatures',
  D: 'journal, crashes', H: 'more than one host', R: 'protocol, plans, EVM', X: 'process, host, clock',
};
const STATUSES = ['covered', 'open', 'not here'];
const problems = [];

function faults() {
  const found = new Map();
  readFileSync(join(here, 'list.md'), 'utf8').split('\n').forEach((line, at) => {
    if (!line.startsWith('- ')) return;
    const [, id, status, text] = line.match(/^- `([A-Z]\d\d)` (covered|open|not here): (.+ → .+)$/) ?? [];
    if (id === undefined || !(id[0] in LETTERS)) return problems.push(`list.md:${at + 1}: not a line of a fault`);
    if (found.has(id)) problems.push(`list.md:${at + 1}: ${id} stands twice`);
    if (status === 'not here' && !text.includes('. Reason: ')) problems.push(`${id} is not tested here, and no reason is given`);
    found.set(id, status);
  });
  return found;
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'data', 'faults', 'artifacts'].includes(entry.name)) yield* sources(path);
    } else if (/_test\.cpp$|\.t\.sol$|\.mjs$/.test(entry.name)) {
      yield path;
    }
  }
}

// The names of a source's tests: doctest's cases, forge's functions, and strings of a script that begin with an id. A string of
// C++ or a script may be broken over lines.
const NAMES = {
  cpp: /\b(?:TEST_CASE|SUBCASE|TEST_CASE_FIXTURE)\(\s*(?:\w+,\s*)?("(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*)/g,
  sol: /\bfunction\s+((?:test|testFuzz|invariant)_\w+)/g,
  mjs: /(['"`](?:ok +)?[A-Z]\d\d .*)/g,
};

/// { id: [place of each test that carries it] }
function carried() {
  const out = new Map();
  for (const path of [join(root, 'tests'), join(root, 'strategies/contracts/test')].flatMap((folder) => [...sources(folder)])) {
    const text = readFileSync(path, 'utf8');
    for (const match of text.matchAll(NAMES[path.split('.').pop()])) {
      // Ids stand first, one after the other: what merely looks like one later in a name is none.
      const words = match[1].replace(/^(?:testFuzz|test|invariant)_/, '').replace(/^['"`](?:ok +)?/, '').split(/[\s_]+/);
      const line = text.slice(0, match.index).split('\n').length;
      for (const word of words) {
        if (!/^[NMPOKDHRX]\d\d$/.test(word)) break;
        out.set(word, [...(out.get(word) ?? []), `${relative(root, path)}:${line}`]);
      }
    }
  }
  return out;
}

const list = faults();
const tests = carried();
for (const [id, places] of tests) {
  if (!list.has(id)) problems.push(`${places[0]}: ${id} is not in the list`);
  else if (list.get(id) !== 'covered') problems.push(`${places[0]}: ${id} is ${list.get(id)} in the list, but a test carries it`);
}
for (const [id, status] of list) {
  if (status === 'covered' && !tests.has(id)) problems.push(`${id} is called covered, but no test carries it`);
  if (process.argv.includes('--tests') && tests.has(id)) console.log(`${id}  ${tests.get(id).join('  ')}`);
}

const counts = (ids) => STATUSES.map((status) => ids.filter((id) => list.get(id) === status).length);
const row = (name, ids) => [name.padEnd(28), ...[...counts(ids), ids.length].map((n) => String(n).padStart(9))].join('');
const all = [...list.keys()];
console.log(['faults'.padEnd(28), ...[...STATUSES, 'all'].map((name) => name.padStart(9))].join(''));
for (const [letter, name] of Object.entries(LETTERS)) console.log(row(`${letter}  ${name}`, all.filter((id) => id[0] === letter)));
console.log(row('all', all));

const [covered] = counts(all);
const figures = `${covered} of ${all.length}`;
if (!readFileSync(join(root, 'README.md'), 'utf8').includes(figures)) problems.push(`README.md does not say "${figures}"`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
