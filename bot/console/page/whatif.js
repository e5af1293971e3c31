// SPDX-License-Identifier: Apache-2.0
// Prices moved by hand. The daemon answers with its own exact accounting; nothing is computed here but the prices asked for.
import { get } from './api.js';
import { h, show } from './dom.js';
import { STATES, health, money, percent } from './format.js';
import { ladder, pill, table } from './parts.js';

const MOST = 700;  // thousandths either way
const panels = new Map();  // by position: they outlive the updates of the page

const moved = (price, thousandths) => (BigInt(price) * BigInt(1000 + thousandths)) / 1000n;
const sign = (thousandths) => `${thousandths < 0 ? '−' : '+'}${(Math.abs(thousandths) / 10).toFixed(1)}\u00a0%`;

class Panel {
  constructor(position) {
    this.name = position.name;
    this.moves = new Map(position.assets.map(({ asset }) => [asset, 0]));
    this.result = h('div', { class: 'answer' });
    this.sliders = h('div', { class: 'sliders' });
    this.element = h('div', { class: 'whatif', 'data-keep': true, id: `whatif-${position.name}` }, this.sliders, this.result);
    this.element.addEventListener('input', (event) => { this.told = false; this.moved(event.target); });
    this.element.addEventListener('click', (event) => { if (event.target.closest('[data-reset]')) this.reset(); });
    this.update(position);
    this.draw();
  }

  /// Newer prices; what was moved stays moved by as much.
  update(position) {
    this.position = position;
    for (const { asset } of position.assets) if (!this.moves.has(asset)) this.moves.set(asset, 0);
    if (this.sliders.childElementCount > 0) this.write();
    this.ask();
  }

  draw() {
    const row = (id, label, asset) => h('div', { class: 'slider' }, h('label', { for: id }, label),
      h('input', { id, type: 'range', min: -MOST, max: MOST, step: 1, value: 0, 'data-asset': asset }), h('output', { for: id, id: `${id}-out` }));
    const collateral = this.position.assets.filter((one) => one.collateral && BigInt(one.debt) === 0n);
    this.sliders.replaceChildren(
      ...(collateral.length > 1 ? [row('move-all', 'all collateral', 'all')] : []),
      ...this.position.assets.map((one) => row(`move-${one.asset}`, one.symbol, one.asset)),
      h('button', { type: 'button', class: 'plain', 'data-reset': true }, 'Prices of now'));
    this.write();
  }

  write() {
    for (const one of this.position.assets) {
      const input = this.sliders.querySelector(`[data-asset="${one.asset}"]`);
      if (!input) return this.draw();
      const move = this.moves.get(one.asset);
      input.value = String(move);
      const text = `${money(moved(one.price_base, move), this.position)} ${move === 0 ? '' : sign(move)}`;
      input.setAttribute('aria-valuetext', text);
      input.nextElementSibling.textContent = text;
    }
    return undefined;
  }

  moved(input) {
    if (!input.dataset.asset) return;
    const move = Number(input.value);
    if (input.dataset.asset === 'all') {
      for (const one of this.position.assets) if (one.collateral && BigInt(one.debt) === 0n) this.moves.set(one.asset, move);
      input.nextElementSibling.textContent = sign(move);
    } else {
      this.moves.set(input.dataset.asset, move);
    }
    this.write();
    this.ask();
  }

  reset() {
    for (const asset of this.moves.keys()) this.moves.set(asset, 0);
    const all = this.sliders.querySelector('[data-asset="all"]');
    if (all) {
      all.value = '0';
      all.nextElementSibling.textContent = '';
    }
    this.write();
    this.ask();
  }

  /// One question at a time; while it is under way, only the newest one waits.
  async ask() {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    do {
      this.again = false;
      const prices = this.position.assets.filter(({ asset }) => this.moves.get(asset) !== 0)
        .map(({ asset, price_base: price }) => `${asset}:${moved(price, this.moves.get(asset))}`).join(',');
      try {
        this.answer(await get('whatif', { name: this.name, prices }), prices !== '');
      } catch (error) {
        show(this.result, h('p', { class: 'quiet' }, `No answer: ${error.message}`));
      }
    } while (this.again);
    this.asking = false;
  }

  answer(data, isMoved) {
    if (data.unavailable) return;  // asked again with the next block
    const { word, icon, tone } = STATES[data.state] ?? STATES.safe;
    if (this.told === false) document.getElementById('said').textContent = `Health factor ${health(data.health_factor)}, ${word}`;
    this.told = true;
    const acts = ['below-trigger', 'liquidatable'].includes(data.state);
    const line = (list, what) => list.map((one) => h('li', {}, h('b', {}, one.symbol), ` ${one.direction === 'up' ? '≥' : '≤'} `, money(one.price_base, this.position),
      h('small', {}, ` ${what}, ${one.direction === 'up' ? '+' : '−'}${percent(one.distance_bps)}`)));
    show(this.result,
      h('p', { class: 'outcome' }, h('strong', { id: 'whatif-health' }, health(data.health_factor)), ' ', pill(tone, icon, word),
        h('small', {}, ` supplied ${money(data.collateral_base, this.position, 0)}, owed ${money(data.debt_base, this.position, 0)}`)),
      h('ul', { class: 'lines' }, line(data.to_trigger, 'trigger'), line(data.to_liquidation, 'liquidation')),
      table('All collateral falls together', [['all collateral falls by'], ['health', 'right'], ['then']],
        data.falls.map((fall) => [`−${percent(fall.bps, 0)}`, health(fall.health_factor),
          pill(STATES[fall.state].tone, STATES[fall.state].icon, STATES[fall.state].word)])),
      isMoved && acts && h('div', {}, h('h3', {}, 'It would then try'), ladder(data.ladder, this.position)));
  }
}

export function whatIf(position) {
  if (panels.size > 20 && !panels.has(position.name)) panels.clear();
  const panel = panels.get(position.name);
  if (panel === undefined) panels.set(position.name, new Panel(position));
  else if (panel.position.block.number !== position.block.number) panel.update(position);
  const { element } = panels.get(position.name);
  // The page's copy is patched into place; the panel itself goes there once.
  return element.isConnected ? h('div', { class: 'whatif', 'data-keep': true, id: element.id }) : element;
}
