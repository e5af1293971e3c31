// SPDX-License-Identifier: Apache-2.0
// Settings of several blocks made one file, as a reader would write them into hers: a section that is there gets the new keys, a key
// that is there the new value.

/// [{ header, entries: Map of key -> line }] in their order.
function sections(text) {
  const out = [{ header: '', entries: new Map() }];
  for (const line of text.split('\n')) {
    const bare = line.replace(/\s+#.*$/, '').trim();
    if (bare === '' || bare.startsWith('#')) continue;
    if (bare.startsWith('[')) out.push({ header: bare, entries: new Map() });
    else out.at(-1).entries.set(bare.split('=')[0].trim(), bare);
  }
  return out;
}

export function merged(...texts) {
  const all = new Map();
  for (const { header, entries } of texts.flatMap(sections)) {
    if (!all.has(header)) all.set(header, new Map());
    for (const [key, line] of entries) all.get(header).set(key, line);
  }
  // What is below a wallet stands behind it.
  const order = [...all].sort(([a], [b]) => Number(a.startsWith('[[')) - Number(b.startsWith('[[')));
  return `${order.map(([header, entries]) => [header, ...entries.values()].join('\n').trim()).join('\n')}\n`;
}
