// SPDX-License-Identifier: Apache-2.0
// The daemon's answers. The token goes into a header and into this tab's memory, never into a URL or a cookie.
const KEY = 'plimsoll-token';
let token = sessionStorage.getItem(KEY) ?? '';

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export function setToken(text) {
  token = text;
  if (text === '') sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, text);
}

const headers = () => (token === '' ? {} : { authorization: `Bearer ${token}` });

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.error ?? `the daemon answers ${response.status}`);
  return body;
}

const withQuery = (path, parameters = {}) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ''));
  return `/api/v1/${path}${query.size > 0 ? `?${query}` : ''}`;
};

const PATIENCE = 20_000;  // longer than the daemon's own

export const get = async (path, parameters) =>
  read(await fetch(withQuery(path, parameters), { headers: headers(), cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }));

export const post = async (path, body) => read(await fetch(withQuery(path), {
  method: 'POST', headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify(body),
}));

/// Follows the daemon's events until `signal` ends it: on.change(message), on.state('open' | 'closed'). EventSource cannot
/// send a header, so the stream is read here.
export async function follow(on, signal) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const response = await fetch(withQuery('events'), { headers: headers(), cache: 'no-store', signal });
      if (!response.ok) throw new Refused(response.status, 'no events');
      on.state('open');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        pause = 500;
        rest += part.value;
        const messages = rest.split('\n\n');
        rest = messages.pop();
        on.alive();
        for (const message of messages) {
          const data = /^data: (.*)$/m.exec(message);
          if (data) on.change(JSON.parse(data[1]));
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return on.state('refused');
    }
    on.state('closed');
    await new Promise((done) => { setTimeout(done, pause); });
    pause = Math.min(pause * 2, 10_000);
  }
}
