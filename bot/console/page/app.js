// SPDX-License-Identifier: Apache-2.0
// The page's frame: which screen is shown, what keeps it new, who may see it.
import * as activity from './activity.js';
import * as alerts from './alerts.js';
import { follow, get, post, setToken } from './api.js';
import { mount, repaint } from './chart.js';
import * as decisions from './decisions.js';
import { h, show } from './dom.js';
import { clock, span } from './format.js';
import * as health from './health.js';
import * as overview from './overview.js';
import { pill } from './parts.js';
import * as position from './position.js';
import * as wallets from './wallets.js';

const SCREENS = [['', overview], ['transactions', activity], ['decisions', decisions], ['alerts', alerts], ['wallets', wallets], ['health', health]];
const place = (id) => document.getElementById(id);
const now = { status: null, heads: new Map(), stream: 'closed', heard: Date.now(), data: null, hash: null, asking: null, again: false, error: null, refusal: '', states: new Map(), serial: 0 };
let ended = new AbortController();  // of the stream of news; aborted: there is none
ended.abort();

function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const parameters = new URLSearchParams(query);
  const [first, ...rest] = path.split('/');
  if (first === 'position') return { screen: position, name: decodeURIComponent(rest.join('/')), parameters, tab: '' };
  const found = SCREENS.find(([tab]) => tab === first) ?? SCREENS[0];
  return { screen: found[1], tab: found[0], parameters };
}

// ---- what is shown around every screen

function ages() {
  return (now.status?.chains ?? []).map((chain) => {
    const head = now.heads.get(chain.name);
    const age = head ? Date.now() - head.at : null;
    const late = !chain.live || age === null || age > 2 * chain.block_time_ms + 5_000;
    return { name: chain.name, number: head?.number ?? chain.head?.number, age, late };
  });
}

/// A stream that is being opened, or opened again, is given a moment before values are called old.
const unheard = () => now.status !== null && now.stream !== 'open' && Date.now() - now.heard > 2_000;

function header() {
  const at = route();
  const status = now.status;
  const dry = status && status.mode !== 'live';
  const paused = status ? status.wallets.filter(({ pause }) => pause).length : 0;
  const list = ages();
  show(place('top'),
    h('a', { class: 'mark', href: '#/', 'aria-label': 'plimsoll, positions' }, h('img', { src: '/icon.svg', alt: '', width: 22, height: 22 }), status?.name || 'plimsoll'),
    h('span', { class: 'modes' }, status && (dry ? pill('warn', '◇', 'DRY RUN') : pill('good', '●', 'LIVE')), paused > 0 && pill('bad', '‖', `${paused} PAUSED`)),
    h('nav', { 'aria-label': 'Screens' }, SCREENS.map(([tab, screen], i) =>
      h('a', { href: `#/${tab}`, 'aria-current': at.tab === tab && at.screen !== position ? 'page' : undefined, 'aria-keyshortcuts': String(i + 1) }, screen.title))),
    h('span', { class: 'ages' }, list.slice(0, 3).map(({ name, number, age, late }) =>
      h('span', { class: late ? 'late' : '' }, `${name} ${number ?? '–'}`, h('small', {}, age === null ? '' : ` ${span(age / 1000)}`)))),
    h('button', { type: 'button', class: 'plain', 'data-act': 'theme', 'aria-label': 'Light or dark' }, h('span', { 'aria-hidden': 'true' }, '◐')));
  document.body.classList.toggle('stale', status !== null && (unheard() || list.some(({ late }) => late)));
}

function footer() {
  const { status } = now;
  show(place('foot'), status && h('span', {}, `plimsoll ${status.version} (${status.commit})`), h('span', {}, 'Keys: ', h('kbd', {}, '1'), '–', h('kbd', {}, '6'), ' screens, ', h('kbd', {}, '/'), ' find, ', h('kbd', {}, 'Esc'), ' back'),
    status?.token && h('button', { type: 'button', class: 'plain', 'data-act': 'leave' }, 'Forget the token'));
}

/// What is old or missing is said, never shown as if it were of now.
function warning() {
  if (now.refusal) return h('p', { class: 'notice bad', role: 'alert' }, now.refusal);
  if (now.error) return h('p', { class: 'notice bad', role: 'alert' }, now.error);
  if (unheard()) return h('p', { class: 'notice bad', role: 'alert' }, `The daemon has not been heard since ${clock(now.heard)}: these values are old.`);
  const late = ages().filter((one) => one.late);
  return late.length > 0 && h('p', { class: 'notice warn', role: 'alert' }, `${late.map(({ name, age }) => `${name} has told no new block ${age === null ? 'yet' : `for ${span(age / 1000)}`}`).join('; ')}: values are as of then.`);
}

function display(...content) {
  show(place('main'), ...content);
  mount(place('main'));
}

function render() {
  header();
  footer();
  if (now.data === null && now.status === null && now.error) return display(h('div', { id: 'warning' }, warning()));
  if (now.data === null || now.hash !== location.hash) return undefined;  // another screen is on its way
  const at = route();
  const content = now.data.error ? [h('h1', {}, at.screen.title), h('p', { class: 'notice' }, now.data.error)]
    : at.screen.view(now.data, { ...at, status: now.status });
  display(h('div', { id: 'warning' }, warning()), content);
  document.title = `${at.name ?? at.screen.title} – ${now.status?.name || 'plimsoll'}`;
}

function login(text) {
  ended.abort();
  Object.assign(now, { status: null, data: null, asking: null, serial: now.serial + 1 });  // what is still asked for is not shown
  header();
  display(h('form', { class: 'login', 'data-act': 'enter' }, h('h1', {}, 'The token of this console'),
    h('p', { class: 'quiet' }, 'It is in the file that ', h('code', {}, 'token'), ' in ', h('code', {}, '[console]'), ' names. It stays in this tab.'),
    text && h('p', { class: 'notice bad', role: 'alert' }, text),
    h('label', { for: 'token' }, 'Token'), h('input', { id: 'token', type: 'password', autocomplete: 'current-password', required: true }), h('button', { type: 'submit' }, 'Open')));
  place('token').focus();
}

// ---- what keeps it new

/// Changes of state are said to who listens instead of looking.
function announce(status, data) {
  for (const { name, state } of data?.positions ?? []) {
    const before = now.states.get(name);
    if (before !== undefined && before !== state) place('said').textContent = `${name} is now ${state.replace('-', ' ')}`;
    now.states.set(name, state);
  }
}

/// One question at a time about one screen: an answer that is slower than the news would never be shown otherwise. Another screen
/// does not wait.
async function refresh() {
  const { hash } = location;
  now.again = now.asking === hash;
  if (now.again) return;
  now.asking = hash;
  const serial = ++now.serial;
  const at = route();
  try {
    const [status, data] = await Promise.all([get('status'), at.screen.load({ get, ...at }).catch((error) => {
      if (error.status === 404) return { error: error.message };
      throw error;
    })]);
    if (serial !== now.serial) return;
    for (const { name, head } of status.chains) {
      if (head && now.heads.get(name)?.number !== head.number) now.heads.set(name, { number: head.number, at: Date.now() });
    }
    Object.assign(now, { status, data, hash, error: null });
    if (ended.signal.aborted) listen();
    announce(status, data);
  } catch (error) {
    if (serial !== now.serial) return;
    if (error.status === 401 || error.status === 429) return login(error.message === 'wrong token' || error.status === 429 ? `Refused: ${error.message}.` : '');
    now.error = `The daemon does not answer: ${error.message}.`;
    if (ended.signal.aborted) setTimeout(soon, 2_000);  // there is no stream yet that would say when it is back
  }
  now.asking = null;
  if (now.again) soon();
  render();
}

let due = null;
/// At most four times a second, however much happens.
function soon() {
  due ??= setTimeout(() => { due = null; refresh(); }, 250);
}

function listen() {
  ended = new AbortController();
  now.heard = Date.now();
  follow({
    state: (state) => {
      const again = state === 'open' && now.stream !== 'open' && now.data !== null;
      now.stream = state;
      if (state === 'refused') return login('');
      return again ? soon() : render();
    },
    alive: () => { now.heard = Date.now(); },
    change: ({ topics, heads }) => {
      for (const { chain, number } of heads) if (now.heads.get(chain)?.number !== number) now.heads.set(chain, { number, at: Date.now() });
      if (topics.some((topic) => topic === 'chains' || route().screen.topics.includes(topic))) soon();
    },
  }, ended.signal);
}

// ---- what people do

const search = (text) => history.replaceState(null, '', text ? `#/?q=${encodeURIComponent(text)}` : '#/');

async function order(button, path, body, done = `${body.wallet} is ${path}d`) {
  button.disabled = true;
  try {
    await post(path, body);
    place('said').textContent = done;
  } catch (error) {
    now.refusal = `${path} ${body.wallet ?? body.id ?? ''}: ${error.message}`;
    setTimeout(() => { now.refusal = ''; render(); }, 10_000);
  }
  button.disabled = false;
  soon();
}

/// The second press counts, within four seconds.
function twice(what) {
  if (wallets.armed.delete(what)) return true;
  wallets.armed.add(what);
  setTimeout(() => { wallets.armed.delete(what); render(); }, 4_000);
  render();
  return false;
}

const ACTS = {
  theme: () => theme(document.documentElement.dataset.theme === 'dark' || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches) ? 'light' : 'dark'),
  leave: () => { setToken(''); login(''); },
  acknowledge: (button) => order(button, 'acknowledge', button.dataset.id ? { id: button.dataset.id } : { all: true }, 'acknowledged'),
  resume: (button) => order(button, 'resume', { wallet: button.dataset.wallet }),
  live: (button) => order(button, 'dry-run', { wallet: button.dataset.wallet, dry: false }, `${button.dataset.wallet} is what its configuration says`),
  dry: (button) => {
    const wallet = button.dataset.wallet;
    return twice(`dry ${wallet}`) && order(button, 'dry-run', { wallet, dry: true }, `${wallet} is a dry run`);
  },
  pause: (button) => {
    const wallet = button.dataset.wallet;
    if (!twice(wallet)) return undefined;
    const seconds = Number(place(`span-${wallet}`)?.value);
    return order(button, 'pause', seconds > 0 ? { wallet, seconds } : { wallet });
  },
};

function theme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem('plimsoll-theme', name);
  repaint();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (button) ACTS[button.dataset.act]?.(button);
});
document.addEventListener('submit', (event) => {
  event.preventDefault();
  setToken(place('token').value.trim());
  display(h('p', { class: 'quiet' }, 'Loading…'));
  refresh();
});
document.addEventListener('input', (event) => {
  if (event.target.dataset.act !== 'find') return;
  search(event.target.value);
  soon();
});
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.key !== 'Escape') return;
  const screen = SCREENS[Number(event.key) - 1];
  if (screen) location.hash = `#/${screen[0]}`;
  else if (event.key === '/' && place('find')) { event.preventDefault(); place('find').focus(); }
  else if (event.key === 'Escape') { if (event.target.id === 'find') event.target.blur(); else location.hash = '#/'; }
});
addEventListener('hashchange', () => {
  now.data = null;
  refresh().then(() => { place('main').focus({ preventScroll: true }); scrollTo(0, 0); });
});

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
const kept = localStorage.getItem('plimsoll-theme');
if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
setInterval(() => { if (now.status) { header(); show(place('warning') ?? h('div'), warning()); } }, 1000);
refresh();
