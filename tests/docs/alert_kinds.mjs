// SPDX-License-Identifier: Apache-2.0
// The words of all alerts that the program can raise, out of its sources. An expression that is not understood fails, so that no
// alert escapes the guide.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './collect.mjs';

const source = (path) => readFileSync(join(ROOT, path), 'utf8');
const sources = (folder) => readdirSync(join(ROOT, folder), { recursive: true })
  .filter((name) => name.endsWith('.cpp')).map((name) => join(folder, name)).sort();
const literals = (text) => [...text.matchAll(/"([a-z][a-z:-]*)"/g)].map(([, word]) => word);
const body = (path, begin) => {
  const text = source(path);
  return text.slice(text.indexOf(begin), text.indexOf('\n}\n', text.indexOf(begin)));
};

/// Arguments of the call whose parenthesis opens at `at`.
function argumentsAt(text, at) {
  const out = [''];
  let depth = 0;
  let quoted = false;
  for (let i = at; i < text.length; ++i) {
    const c = text[i];
    if (c === '"' && text[i - 1] !== '\\') quoted = !quoted;
    if (!quoted && '([{'.includes(c) && depth++ === 0) continue;
    if (!quoted && ')]}'.includes(c) && --depth === 0) break;
    if (!quoted && c === ',' && depth === 1) out.push('');
    else out[out.length - 1] += c;
  }
  return out.map((one) => one.trim());
}

/// Told beside a decision, and never what refuses it.
const ONLY_TOLD = new Set(['mode', 'price-in-block']);

/// The gates that can refuse, which those that always pass cannot: a position below its trigger alarms by the name of the one that does.
export function gates() {
  const out = new Set(['strategy:']);
  for (const path of [...sources('bot/engine'), 'strategies/limits.cpp']) {
    const text = source(path);
    for (const [, name] of text.matchAll(/\b(?:gate|at_most)\(\s*"([a-z-]+)",\s+(?!true,)/g)) out.add(name);
    for (const [, name] of text.matchAll(/(?<!NoPlan|refused\.push_back\()\{\s*"([a-z-]+)",\s+(?=[^"\s])/g)) out.add(name);
  }
  return [...out].filter((name) => !ONLY_TOLD.has(name));
}

/// Why a strategy has no plan, or a smaller one: behind "strategy:" and "short:".
export function reasons() {
  const out = new Set();
  for (const path of [...sources('strategies'), 'bot/engine/core_ladder.cpp']) {
    const text = source(path);
    for (const [, words] of text.matchAll(/(?:NoPlan\{|refused\(|refused\.push_back\(\{|shortfall = )([^;]*)/g)) {
      const [first] = words.split(/,/);
      for (const word of literals(first)) out.add(word);
    }
    for (const [, word] of text.matchAll(/\.lower\([^;]*"([a-z-]+)"\)/g)) out.add(word);
    for (const [, of] of text.matchAll(/^NoPlan [\w:]+\([^;]*?\{$([^]*?)^\}$/gm)) {
      for (const [, word] of of.matchAll(/return \{"([a-z-]+)"/g)) out.add(word);
    }
  }
  for (const path of sources('chain/lending')) {
    for (const [, word] of source(path).matchAll(/(?:Errc::Refused,\s*|\brefuse\()"([a-z-]+)[:"]/g)) out.add(word);
  }
  return out;
}

/// What is said by a name that is made as it goes.
const MADE = {
  'kind_of(condition.kind)': () => literals(body('bot/engine/core_prices.cpp', 'const char* kind_of(')).filter((word) => word !== 'price'),
  'fmt::format("endpoint-{}", kind)': () => literals(body('chain/rpc/checked_heads.cpp', 'std::string_view to_string('))
    .filter((word) => word !== 'unknown').map((word) => `endpoint-${word}`),
  'failed.name': gates,
  '"short:" + plan.shortfall': () => ['short:'],
};

function kindsOf(expression, text, place) {
  if (MADE[expression] !== undefined) return MADE[expression]();
  const chosen = expression.includes('?') ? expression.slice(expression.indexOf('?')) : expression;
  const words = literals(chosen);
  if (words.length > 0) return words;
  const [constant] = /^k\w+$/.exec(expression) ?? [];
  const value = constant && new RegExp(`\\b${constant}(?: =|\\{) ?"([a-z-]+)"`).exec(text);
  if (value) return [value[1]];
  const list = new RegExp(`for \\([^;]*? ${expression} : \\{([^}]*)\\}`).exec(text);
  if (list) return literals(list[1]);
  throw new Error(`${place}: which alerts does ${expression} stand for?`);
}

export function kinds() {
  const out = new Map();
  const messages = 'bot/notify/message.hpp';
  for (const [, kind] of source(messages).matchAll(/\bk\w*Kind = "([a-z-]+)"/g)) out.set(kind, messages);
  for (const path of sources('bot')) {
    const text = source(path);
    if (path.endsWith('alert_book.cpp')) continue;  // it carries them
    for (const call of text.matchAll(/(?:alerts_?(?:\.|->)|AlertBook::)(raise|tell)\(/g)) {
      const words = argumentsAt(text, call.index + call[0].length - 1);
      const at = words[0] !== 'out' ? 2 : call[1] === 'raise' ? 3 : 2;
      const place = `${path}:${text.slice(0, call.index).split('\n').length}`;
      for (const kind of kindsOf(words[at], text, place)) out.set(kind, place);
    }
    for (const [, kind] of text.matchAll(/alert\.kind = "([a-z-]+)"/g)) out.set(kind, path);
    if (/alert\.kind = kTestKind/.test(text)) out.set(/kTestKind = "([a-z-]+)"/.exec(source('bot/notify/message.hpp'))[1], path);
  }
  return out;
}
