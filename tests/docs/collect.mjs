// SPDX-License-Identifier: Apache-2.0
// What the documents tell people to type: the lines of their shell blocks, and the commands within their sentences; with them the
// scripts and settings that they show.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/// Programs whose name at the beginning of a span of code makes it a command.
const PROGRAMS = new Set(['plimsoll', 'node', 'npm', 'cmake', 'ctest', 'cpack', 'apt-get', 'systemctl', 'systemd-analyze', 'journalctl',
  'curl', 'sqlite3', 'openssl', 'ssh', 'chmod', 'kill', 'simulation', 'git', 'test.mjs']);
/// Commands of plimsoll that a sentence may name without the program.
const SUBCOMMANDS = new Set(['alert', 'check', 'config', 'guard', 'history', 'init', 'keys', 'plan', 'positions', 'replay', 'run', 'why']);

export function documents() {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' });
  return listed.trim().split('\n').filter((path) => path !== 'CHANGELOG.md' && existsSync(join(ROOT, path)));
}

const isScript = (word) => {
  const stat = /^(bot|tests|config|strategies)\/[\w/-]+$/.test(word) ? statSync(join(ROOT, word), { throwIfNoEntry: false }) : undefined;
  return stat !== undefined && stat.isFile() && (stat.mode & 0o100) !== 0;
};
const runs = (word) => PROGRAMS.has(word) || isScript(word) || /^build\/\w+\//.test(word);

/// What a block of code is, by its first line; undefined: nothing that is known.
function kindOf([first]) {
  const text = first.text;
  if (/^\[|^\w+ *= /.test(text)) return 'toml';
  if (/^(import|const|await) /.test(text)) return 'script';
  if (/─▶|^\w+\/ {2,}/.test(text)) return 'picture';
  if (text.startsWith('#') || runs(text.split(' ')[0])) return 'shell';
  return undefined;
}

/// Without its comment, which stands behind two spaces or more, or at the beginning.
const withoutComment = (text) => text.replace(/(^|\s{2,})#.*$/, '').trimEnd();

function commandsOfBlock(lines) {
  const out = [];
  let begun = null;
  for (const { text, line } of lines) {
    const bare = withoutComment(text);
    const whole = begun === null ? { text: bare.trim(), line } : { text: `${begun.text} ${bare.trim()}`, line: begun.line };
    begun = null;
    if (whole.text.endsWith('\\')) begun = { ...whole, text: whole.text.slice(0, -1).trimEnd() };
    else if (whole.text !== '') out.push(whole);
  }
  return out;
}

function commandOfSpan(span) {
  const words = span.split(' ');
  if (runs(words[0]) && (words.length > 1 || isScript(words[0]))) return span;
  return SUBCOMMANDS.has(words[0]) && words.length > 1 && /^[a-zA-Z-]/.test(words[1]) ? `plimsoll --config plimsoll.toml ${span}` : null;
}

/// Lines that follow each other are one paragraph: a span of code may go on in the next line.
function paragraphs(prose) {
  const out = [];
  for (const one of prose) {
    const last = out.at(-1);
    if (one.text === '' || last === undefined || last.at(-1).text === '' || last.at(-1).line + 1 !== one.line) out.push([one]);
    else last.push(one);
  }
  return out;
}

function spansOf(lines) {
  const text = lines.map((one) => one.text).join('\n');
  return [...text.matchAll(/`([^`]+)`/g)].map(({ 1: span, index }) =>
    ({ text: span.replaceAll(/\s*\n\s*/g, ' '), line: lines[0].line + text.slice(0, index).split('\n').length - 1 }));
}

/// The comments of settings name commands too.
const commentsOf = (lines) => lines.flatMap(({ text, line }) => {
  const [, comment] = /#\s+(.*)$/.exec(text) ?? [];
  return comment !== undefined && runs(comment.split(' ')[0]) && comment.includes(' ') ? [{ text: comment, line }] : [];
});

/// { blocks: [{ kind, lines }], spans: [{ text, line }] }
export function read(path) {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n').map((text, i) => ({ text, line: i + 1 }));
  const blocks = [];
  const prose = [];
  let block = null;
  let fence = false;
  for (const { text, line } of lines) {
    const before = lines[line - 2]?.text ?? '';
    if (/^ *```/.test(text)) {
      fence = !fence;
      block = null;
      if (fence) blocks.push(block = { lines: [] });
    } else if (fence) {
      block.lines.push({ text, line });
    } else if (/^ {4}/.test(text) && (block !== null || before === '')) {
      if (block === null) blocks.push(block = { lines: [] });
      block.lines.push({ text: text.slice(4), line });
    } else if (text !== '' || block === null) {
      block = null;
      prose.push({ text, line });
    }
  }
  const spans = paragraphs(prose).flatMap(spansOf);
  return { blocks: blocks.map((one) => ({ ...one, kind: kindOf(one.lines) })), spans };
}

/// Every command with the places where it stands: { text, at: [{ path, line, block }] }.
export function commands() {
  const found = new Map();
  const add = (text, path, line, block) => {
    if (!found.has(text)) found.set(text, []);
    found.get(text).push({ path, line, block });
  };
  for (const path of documents()) {
    const { blocks, spans } = read(path);
    for (const { kind, lines } of blocks) {
      if (kind === undefined) throw new Error(`${path}:${lines[0].line}: nothing says what this block is: ${lines[0].text}`);
      if (kind === 'toml') for (const { text, line } of commentsOf(lines)) add(text, path, line, true);
      if (kind !== 'shell') continue;
      for (const { text, line } of commandsOfBlock(lines)) add(text, path, line, true);
    }
    for (const { text, line } of spans) {
      const command = commandOfSpan(text);
      if (command !== null) add(command, path, line, false);
    }
  }
  return [...found].map(([text, at]) => ({ text, at }));
}
