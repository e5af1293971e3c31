// SPDX-License-Identifier: Apache-2.0
// The one kind of chart there is: a health factor over time, with the owner's levels.
import { h, s } from './dom.js';
import { clock, drawn, moment } from './format.js';

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50, 100];
const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 2880];

const values = (trail) => trail.map(([time, billionths]) => [time, billionths / 1e9]);
const path = (points, x, y) => points.map(([t, v], i) => `${i === 0 ? 'M' : 'L'}${x(t).toFixed(1)} ${y(v).toFixed(1)}`).join('');

/// A line of a row: its level at the trigger, no axes.
export function spark(trail, trigger) {
  const points = values(trail);
  const [width, height] = [120, 28];
  if (points.length < 2) return s('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  const level = trigger ? drawn(trigger) : 1;
  const low = Math.min(...points.map(([, v]) => v), level);
  const high = Math.max(...points.map(([, v]) => v), level);
  const [from, to] = [points[0][0], points.at(-1)[0]];
  const x = (t) => 1 + ((t - from) / Math.max(to - from, 1)) * (width - 4);
  const y = (v) => height - 3 - ((v - low) / Math.max(high - low, 0.001)) * (height - 6);
  return s('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    s('path', { class: 'level trigger', d: `M0 ${y(level).toFixed(1)}H${width}` }),
    s('path', { class: 'course', d: path(points, x, y) }),
    s('circle', { class: 'now', cx: x(to).toFixed(1), cy: y(points.at(-1)[1]).toFixed(1), r: 2 }));
}

function levelsOf({ warn, trigger, target }) {
  const given = [['liquidation', '1000000000000000000'], ['trigger', trigger], ['warn', warn], ['target', target]];
  return given.filter(([, wad]) => wad).map(([name, wad]) => ({ name, value: drawn(wad) }));
}

function frame(points, levels, width, height) {
  const box = { left: 44, right: 92, top: 10, bottom: 24 };
  const top = Math.max(...levels.map(({ value }) => value)) * 1.15;
  const all = [...points.map(([, v]) => Math.min(v, top * 1.6)), ...levels.map(({ value }) => value)];
  const low = Math.min(...all) - 0.03;
  const high = Math.max(...all) + 0.03;
  const [from, to] = [points[0][0], Math.max(points.at(-1)[0], points[0][0] + 1000)];
  const inner = { width: width - box.left - box.right, height: height - box.top - box.bottom };
  const x = (t) => box.left + ((t - from) / (to - from)) * inner.width;
  const y = (v) => box.top + inner.height - ((Math.min(v, high) - low) / (high - low)) * inner.height;
  return { box, low, high, from, to, inner, x, y };
}

function grid({ low, high, from, to, inner, x, y }, width, height, box) {
  const out = [];
  const step = STEPS.find((one) => (high - low) / one <= 6) ?? 100;
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) {
    out.push(s('path', { class: 'grid', d: `M${box.left} ${y(v).toFixed(1)}H${width - box.right}` }),
      s('text', { class: 'tick', x: box.left - 6, y: y(v) + 4, 'text-anchor': 'end' }, v.toFixed(2)));
  }
  const most = Math.max(2, Math.floor(inner.width / 90));
  const minutes = MINUTES.find((one) => (to - from) / 60_000 / one <= most) ?? 10_080;
  for (let t = Math.ceil(from / 60_000 / minutes) * minutes * 60_000; t <= to; t += minutes * 60_000) {
    const text = minutes >= 1440 ? new Date(t).toISOString().slice(5, 10) : clock(t).slice(0, 5);
    out.push(s('text', { class: 'tick', x: x(t), y: height - 6, 'text-anchor': 'middle' }, text));
  }
  return out;
}

/// The levels' names beside the plot, pushed apart where they would lie on each other.
function labels(levels, { y }, width, box) {
  const placed = levels.map((level) => ({ ...level, at: y(level.value) })).sort((a, b) => a.at - b.at);
  for (let i = 1; i < placed.length; ++i) placed[i].at = Math.max(placed[i].at, placed[i - 1].at + 13);
  return placed.flatMap(({ name, value, at }) => [
    s('path', { class: `level ${name}`, d: `M${box.left} ${y(value).toFixed(1)}H${width - box.right}` }),
    s('text', { class: `name ${name}`, x: width - box.right + 6, y: at + 4 }, `${name} ${value.toFixed(2)}`),
  ]);
}

function summary(points) {
  const lowest = points.reduce((a, b) => (b[1] < a[1] ? b : a));
  return `Health factor from ${points[0][1].toFixed(4)} at ${moment(points[0][0])} to ${points.at(-1)[1].toFixed(4)} at `
    + `${moment(points.at(-1)[0])}; lowest ${lowest[1].toFixed(4)} at ${moment(lowest[0])}.`;
}

/// marks: [{ time, text }], what was done.
export function chart(trail, levels, marks, width) {
  const points = values(trail);
  if (points.length < 2) return h('p', { class: 'quiet pad' }, 'The course begins with the next block.');
  const height = width < 520 ? 180 : 230;
  const named = levelsOf(levels);
  const plot = frame(points, named, width, height);
  const { box, x, y, from, to } = plot;
  const shown = marks.filter(({ time }) => time >= from && time <= to);
  const at = (time) => (points.findLast(([t]) => t <= time) ?? points[0])[1];
  return s('svg', { class: 'chart', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': summary(points) },
    grid(plot, width, height, box), labels(named, plot, width, box),
    s('path', { class: 'course', d: path(points, x, y) }),
    shown.map(({ time, text }) => s('g', { class: 'mark' },
      s('path', { d: `M${x(time).toFixed(1)} ${box.top}V${height - box.bottom}` }),
      s('circle', { cx: x(time).toFixed(1), cy: y(at(time)).toFixed(1), r: 4 }), s('title', {}, text))),
    s('circle', { class: 'now', cx: x(points.at(-1)[0]).toFixed(1), cy: y(points.at(-1)[1]).toFixed(1), r: 3 }));
}

/// Value and time under the pointer, beside the chart.
export function reading(trail, levels, width, offset) {
  const points = values(trail);
  if (points.length < 2) return '';
  const { from, to, box, inner } = frame(points, levelsOf(levels), width, 230);
  const time = from + ((offset - box.left) / inner.width) * (to - from);
  const [t, v] = points.reduce((a, b) => (Math.abs(b[0] - time) < Math.abs(a[0] - time) ? b : a));
  return `${v.toFixed(4)} at ${moment(t)}`;
}

/// Where a health factor stands between 1 and the target, which are the ends of what matters.
export function gauge(health, { trigger, warn, target }) {
  const levels = levelsOf({ trigger, warn, target });
  const top = Math.max(...levels.map(({ value }) => value), 1.05) * 1.08;
  const low = 0.95;
  const at = (v) => `${(Math.min(Math.max((v - low) / (top - low), 0), 1) * 100).toFixed(2)}%`;
  const value = Math.min(drawn(health), top);
  return s('svg', { class: 'gauge', width: '100%', height: 14, 'aria-hidden': 'true' },
    s('rect', { class: 'track', x: 0, y: 5, width: '100%', height: 4, rx: 2 }),
    s('rect', { class: 'fill', x: 0, y: 5, width: at(value), height: 4, rx: 2 }),
    levels.map(({ name, value: v }) => s('rect', { class: `tick ${name}`, x: at(v), y: 1, width: 2, height: 12 })));
}
