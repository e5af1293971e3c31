// SPDX-License-Identifier: Apache-2.0
// Health factors over time, drawn by uPlot (vendor/). A view says where one belongs and what it shows; mount() draws it there when
// the page has been patched, and carries it on from then.
import { h } from './dom.js';
import { clock, day, fixed, levelsOf, moment, trimmed } from './format.js';

const { uPlot } = globalThis;
const NO_DEBT = 1e12;  // billionths at which the daemon holds what it draws
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const TIMES = [1, 2, 5, 10, 15, 30].flatMap((n) => [n * 1000, n * MINUTE]).concat([1, 2, 3, 6, 12].map((n) => n * 60 * MINUTE), [1, 2, 3, 4, 7].map((n) => n * DAY)).sort((a, b) => a - b);
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50, 100];
const LINES = { liquidation: 'bad', trigger: 'warn', warn: 'quiet', target: 'good' };  // the colours of the levels
const WIDE = 520;
const NAMES = 92;  // beside a wide plot there is room for the levels' names

const exact = (billionths) => (billionths >= NO_DEBT ? '> 1000' : fixed(billionths, 9, 4));
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const font = (scale) => `${Math.round(11 * scale)}px ${getComputedStyle(document.body).fontFamily}`;

/// Lowest and highest value to draw; a course far above its levels leaves through the top instead of flattening them.
function reach({ trail, levels }, margin) {
  const most = Math.max(...levels.map(({ value }) => value)) * 1.84;
  const all = levels.map(({ value }) => value);
  for (const [, billionths] of trail) all.push(Math.min(billionths / 1e9, most));
  return [Math.min(...all) - margin, Math.max(...all) + margin];
}

const columns = (trail, levels) => [trail.map(([time]) => time), trail.map(([, billionths]) => billionths / 1e9),
  ...levels.map(({ value }) => trail.map(() => value))];

const line = ({ name }) => ({ class: name, stroke: colour(LINES[name]), width: 1, dash: name === 'liquidation' ? undefined : [4, 3], points: { show: false } });

/// The newest value, as a dot.
function dot(plot, size) {
  const [times, course] = plot.data;
  const { ctx } = plot;
  ctx.fillStyle = colour('fill');
  ctx.beginPath();
  ctx.arc(plot.valToPos(times.at(-1), 'x', true), Math.max(plot.valToPos(course.at(-1), 'y', true), plot.bbox.top), size * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fill();
}

/// A course in a row: its level at the trigger, no axes, nothing to read.
class Spark {
  constructor(place, shown) {
    this.place = place;
    this.shown = shown;
    this.draw();
  }

  draw() {
    const none = { show: false };
    const { trail, levels } = this.shown;
    this.plot = new uPlot({
      width: 112, height: 28, ms: 1, padding: [4, 4, 4, 1], legend: none, cursor: none, axes: [none, none],
      scales: { y: { range: () => reach(this.shown, 0.001) } },
      series: [{}, { stroke: colour('fill'), width: 1.5, points: none }, ...levels.map(line)],
      hooks: { draw: [(plot) => dot(plot, 2)] },
    }, columns(trail, levels), this.place);
  }

  update(shown) {
    const [before, after] = [this.shown.trail, shown.trail];
    this.shown = shown;
    if (before.length === after.length && before[0][0] === after[0][0] && before.at(-1)[0] === after.at(-1)[0]) return;
    this.plot.setData(columns(after, shown.levels));
  }

  redraw() {
    this.plot.destroy();
    this.draw();
  }

  remove() {
    this.plot.destroy();
  }
}

/// The names of the levels beside the plot, pushed apart where they would lie on each other.
function names(plot, levels) {
  if (plot.width < WIDE) return;
  const { ctx, bbox } = plot;
  const row = 13 * devicePixelRatio;
  const placed = levels.map((level) => ({ ...level, at: plot.valToPos(level.value, 'y', true) })).sort((a, b) => a.at - b.at);
  for (let i = 1; i < placed.length; ++i) placed[i].at = Math.max(placed[i].at, placed[i - 1].at + row);
  Object.assign(ctx, { font: font(devicePixelRatio), textAlign: 'left', textBaseline: 'middle' });
  for (const { name, wad, at } of placed) {
    ctx.fillStyle = colour(LINES[name]);
    ctx.fillText(`${name} ${trimmed(wad)}`, bbox.left + bbox.width + 6 * devicePixelRatio, at);
  }
}

function dates(plot, splits, axis, space, step) {
  return splits.map((time) => (step >= DAY ? day(time).slice(5) : clock(time).slice(0, step < MINUTE ? 8 : 5)));
}

/// Of one position, with its levels and what was done. Read with the pointer, or with the keyboard as a slider whose value is the
/// health factor at that time.
class Course {
  constructor(place, shown) {
    this.place = place;
    this.at = null;  // the time that is read by the keyboard
    this.slider = h('div', { class: 'slide', role: 'slider', tabindex: '0', 'aria-label': 'Health factor over time', 'aria-valuemin': '0', 'aria-describedby': `${place.id}-said` });
    this.said = h('p', { class: 'quiet', id: `${place.id}-said` });
    place.append(this.slider, this.said);
    this.slider.addEventListener('keydown', (event) => this.key(event));
    this.slider.addEventListener('blur', () => { this.at = null; this.point(); });
    this.draw(shown);
    new ResizeObserver(() => this.fit()).observe(place);
  }

  draw(shown) {
    const axis = { font: font(1), stroke: colour('quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
    this.take(shown);
    const { levels } = shown;
    const cell = (text) => (plot, value, series, i) => (i === null || i === undefined ? '' : text(i));
    const series = [{ label: 'time', value: cell((i) => moment(this.shown.trail[i][0])) },
      { label: 'health factor', stroke: colour('fill'), width: 2, points: { show: false }, value: cell((i) => exact(this.shown.trail[i][1])) },
      ...levels.map((level, k) => ({ ...line(level), label: level.name, value: cell(() => trimmed(this.shown.levels[k].wad)) }))];
    if (this.done.size > 0) series.push({ label: 'done', stroke: colour('act'), paths: () => null, points: { show: true, size: 8, width: 2, fill: colour('sheet') }, value: cell((i) => this.done.get(i) ?? '–') });
    this.plot = new uPlot({
      ...this.size(), ms: 1, series,
      padding: [10, (plot) => (plot.width < WIDE ? 8 : NAMES), 0, 0],
      scales: { y: { range: () => reach(this.shown, 0.03) } },
      axes: [{ ...axis, grid: { show: false }, size: 28, space: 70, incrs: TIMES, values: dates }, { ...axis, size: 44, gap: 6, space: 28, incrs: STEPS, values: (plot, splits) => splits.map((value) => value.toFixed(2)) }],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8, show: (plot, i) => i === 1 && h('div') } },
      hooks: { draw: [(plot) => names(plot, this.shown.levels), (plot) => dot(plot, 3)], setCursor: [() => this.tell()], setLegend: [() => this.tell()] },
    }, this.data, this.slider);
    this.tell();
  }

  /// What is shown from now on.
  take(shown) {
    const { trail } = shown;
    this.shown = shown;
    this.done = new Map();
    for (const { time, text } of shown.marks) {
      if (time >= trail[0][0] && time <= trail.at(-1)[0]) this.done.set(this.nearest(time), text);
    }
    this.data = columns(trail, shown.levels);
    if (this.done.size > 0) this.data.push(trail.map(([, billionths], i) => (this.done.has(i) ? billionths / 1e9 : null)));
    this.shape = [...shown.levels.map(({ name }) => name), this.done.size > 0].join();
    this.slider.setAttribute('aria-valuemax', trail.length - 1);
    const lowest = trail.reduce((a, b) => (b[1] < a[1] ? b : a));
    const point = ([time, billionths]) => `${exact(billionths)} at ${moment(time)}`;
    this.said.textContent = `From ${point(trail[0])} to ${point(trail.at(-1))}; lowest ${point(lowest)}.`;
  }

  update(shown) {
    const before = this.shape;
    this.take(shown);
    if (this.shape !== before) return this.redraw();
    this.plot.setData(this.data);
    return this.point();
  }

  redraw() {
    this.remove();
    this.draw(this.shown);
  }

  size() {
    const width = Math.max(this.place.clientWidth, 200);
    return { width, height: width < WIDE ? 180 : 230 };
  }

  fit() {
    const { width, height } = this.size();
    if (this.plot && (width !== this.plot.width || height !== this.plot.height)) this.plot.setSize({ width, height });
  }

  nearest(time) {
    const { trail } = this.shown;
    const after = trail.findIndex(([at]) => at >= time);
    if (after <= 0) return after === 0 ? 0 : trail.length - 1;
    return trail[after][0] - time < time - trail[after - 1][0] ? after : after - 1;
  }

  key(event) {
    const last = this.shown.trail.length - 1;
    const now = this.at === null ? last : this.nearest(this.at);
    const page = Math.max(1, Math.round(last / 10));
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page, Home: -last, End: last };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.at = this.shown.trail[Math.min(Math.max(now + steps[event.key], 0), last)][0];
    this.point();
  }

  /// Puts the cursor where the keyboard is, and away when it is nowhere.
  point() {
    if (this.at !== null) this.plot.setCursor({ left: this.plot.valToPos(this.shown.trail[this.nearest(this.at)][0], 'x'), top: 0 });
    else if (!this.slider.matches(':hover')) this.plot.setCursor({ left: -10, top: -10 });
    this.tell();
  }

  /// The legend and the slider say what is under the cursor, and what is newest when it is nowhere.
  tell() {
    if (!this.plot) return;  // it is being made
    const { trail } = this.shown;
    const i = this.at !== null ? this.nearest(this.at) : Math.min(this.plot.cursor.idx ?? trail.length - 1, trail.length - 1);
    this.plot.setLegend({ idx: i }, false);
    const text = `${exact(trail[i][1])} at ${moment(trail[i][0])}${this.done.has(i) ? `, ${this.done.get(i)}` : ''}`;
    this.slider.setAttribute('aria-valuenow', i);
    this.slider.setAttribute('aria-valuetext', text);
  }

  remove() {
    const { plot } = this;
    this.plot = null;
    plot.destroy();
  }
}

const wanted = new Map();  // by the element's id: what the view that is being shown wants there
const drawings = new Map();  // by element

function place(kind, id, shown, attributes) {
  wanted.set(id, { kind, shown });
  return h('div', { ...attributes, id, 'data-plot': true, 'data-keep': true });
}

export const spark = (id, trail, trigger) => (trail.length < 2 ? h('div', { class: 'spark', 'aria-hidden': 'true' })
  : place(Spark, id, { trail, levels: levelsOf({ trigger }).slice(-1) }, { class: 'spark', 'aria-hidden': 'true' }));

/// marks: [{ time, text }], what was done.
export const course = (id, trail, levels, marks) => (trail.length < 2 ? h('p', { class: 'quiet pad' }, 'The course begins with the next block.')
  : place(Course, id, { trail, levels: levelsOf(levels), marks }, { class: 'plot' }));

/// After every change of the page: draws what is new, carries on what is there, lets go of what is gone.
export function mount(root) {
  for (const element of root.querySelectorAll('[data-plot]')) {
    const { kind: Kind, shown } = wanted.get(element.id) ?? {};
    if (!Kind) continue;
    if (drawings.has(element)) drawings.get(element).update(shown);
    else drawings.set(element, new Kind(element, shown));
  }
  wanted.clear();
  for (const [element, drawing] of drawings) {
    if (element.isConnected) continue;
    drawing.remove();
    drawings.delete(element);
  }
}

/// In the colours of now.
export function repaint() {
  for (const drawing of drawings.values()) drawing.redraw();
}
