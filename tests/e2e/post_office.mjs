// SPDX-License-Identifier: Apache-2.0
// Stands in for the services that take alerts, each as its public documentation says, strict about what it would refuse:
//   Slack       docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, .../rate-limits (429, Retry-After)
//   Discord     discord.com/developers/docs/resources/webhook#execute-webhook, .../topics/rate-limits (429, retry_after)
//   Telegram    core.telegram.org/bots/api#making-requests, #sendmessage, #getupdates, #responseparameters
//   ntfy        docs.ntfy.sh/publish/#publish-as-json, #access-tokens
//   PagerDuty   developer.pagerduty.com/docs/send-alert-event (Events API v2)
//   Alertmanager  github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (postAlerts)
//   SMTP        RFC 5321, AUTH PLAIN of RFC 4954
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { until } from './stage.mjs';

export const TOKENS = {
  hook: 'hook-token-5ec4e7-0001', slack: 'T0001/B0001/slack5ec4e70002', discord: '1001/discord-5ec4e7-0003', phone: '1001:telegram-5ec4e7-0004',
  push: 'tk_ntfy5ec4e70005', pager: 'pager5ec4e700060000000000000000000', mail: 'mail-5ec4e7-0007',
};
export const CHAT = 4_242;
export const STRANGER = 666;

const json = (status, body, headers = {}) => ({ status, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
const plain = (status, body, headers = {}) => ({ status, body, headers });

/// What each service's limit looks like: { status, body, headers }.
export const LIMITED = {
  slack: plain(429, 'rate_limited', { 'retry-after': '2' }),
  discord: json(429, { message: 'You are being rate limited.', retry_after: 1.5, global: false }, { 'retry-after': '2' }),
  phone: json(429, { ok: false, error_code: 429, description: 'Too Many Requests: retry after 2', parameters: { retry_after: 2 } }),
  push: json(429, { code: 42901, http: 429, error: 'limit reached: too many requests' }),
  pager: json(429, { status: 'throttle exceeded', message: 'Requests for this service are arriving too quickly.' }),
};

const SERVICES = {
  hook: (message, { headers }) => {
    if (headers.authorization !== `Bearer ${TOKENS.hook}`) return plain(401, '');
    return message.schema === 1 && message.alerts.length > 0 ? plain(200, '') : plain(400, '');
  },
  slack: (message, { url }) => {
    if (url !== `/services/${TOKENS.slack}`) return plain(404, 'no_service');
    return typeof message.text === 'string' && message.text.length > 0 ? plain(200, 'ok') : plain(400, 'no_text');
  },
  discord: (message, { url }) => {
    if (url !== `/api/webhooks/${TOKENS.discord}`) return json(404, { message: 'Unknown Webhook', code: 10015 });
    if (typeof message.content !== 'string' || message.content.length === 0 || [...message.content].length > 2_000) {
      return json(400, { content: ['Must be 2000 or fewer in length.'] });
    }
    return plain(204, '');
  },
  push: (message, { headers, url }) => {
    if (headers.authorization !== `Bearer ${TOKENS.push}`) return json(401, { code: 40101, http: 401, error: 'unauthorized' });
    if (url !== '/push/' || typeof message.topic !== 'string') return json(400, { code: 40001, http: 400, error: 'invalid' });
    return json(200, { id: 'x', event: 'message', topic: message.topic });
  },
  pager: (message) => {
    const wrong = [];
    if (message.routing_key !== TOKENS.pager) wrong.push("'routing_key' is invalid");
    if (!['trigger', 'acknowledge', 'resolve'].includes(message.event_action)) wrong.push("'event_action' is invalid");
    if (!(message.dedup_key?.length <= 255)) wrong.push("'dedup_key' is invalid");
    if (message.event_action === 'trigger') {
      if (!(message.payload?.summary?.length > 0 && message.payload.summary.length <= 1_024)) wrong.push("'payload.summary'");
      if (!message.payload?.source) wrong.push("'payload.source' is missing");
      if (!['critical', 'error', 'warning', 'info'].includes(message.payload?.severity)) wrong.push("'payload.severity' is invalid");
    }
    if (wrong.length > 0) return json(400, { status: 'invalid event', message: 'Event object is invalid', errors: wrong });
    return json(202, { status: 'success', message: 'Event processed', dedup_key: message.dedup_key });
  },
  am: (message, { url }) => {
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
    const good = url === '/am/api/v2/alerts' && Array.isArray(message) && message.every(({ labels, endsAt }) => labels.alertname && time.test(endsAt)
      && Object.entries(labels).every(([name, value]) => /^[a-zA-Z_]\w*$/.test(name) && typeof value === 'string' && value !== ''));
    return good ? plain(200, '') : json(400, 'bad alert');
  },
};

export class PostOffice {
  static async open() {
    const office = new PostOffice();
    Object.assign(office, { taken: {}, refused: {}, updates: [], nextUpdate: 7_000, answers: {}, polls: [], confirmed: 0 });
    office.server = http.createServer((request, response) => office.serve(request, response));
    office.server.listen(0, '127.0.0.1');
    await once(office.server, 'listening');
    office.letters = net.createServer((socket) => office.smtp(socket));
    office.letters.listen(0, '127.0.0.1');
    await once(office.letters, 'listening');
    return office;
  }

  get url() { return `http://127.0.0.1:${this.server.address().port}`; }

  /// The sections of the configuration; the secrets' files are <name>.key beside it. only: some of them, in this order; more: settings
  /// by name.
  sections(only = ['hook', 'slack', 'discord', 'phone', 'push', 'pager', 'am', 'mail'], more = {}) {
    const { url } = this;
    const all = {
      hook: `kind = "webhook"\nurl = "${url}/hook"`,
      slack: `kind = "slack"\nurl = "${url}/services/{secret}"`,
      discord: `kind = "discord"\nurl = "${url}/api/webhooks/{secret}"`,
      phone: `kind = "telegram"\nurl = "${url}"\nchats = ["${CHAT}"]`,
      push: `kind = "ntfy"\nurl = "${url}/push/my-topic"`,
      pager: `kind = "pagerduty"\nurl = "${url}/pager"`,
      am: `kind = "alertmanager"\nurl = "${url}/am"`,
      mail: `kind = "email"\nserver = "127.0.0.1:${this.letters.address().port}"\ntls = "none"\nfrom = "plimsoll@example.org"\n`
        + 'to = ["me@example.org", "you@example.org"]\nuser = "plimsoll"',
    };
    const secret = (name) => (TOKENS[name] === undefined ? '' : `secret = { file = "${name}.key" }\n`);
    return only.map((name) => `\n[alert.${name}]\n${all[name]}\n${secret(name)}${more[name] ?? ''}\n`).join('');
  }

  /// answer: for the next requests to this service, instead of its own: { status, body, headers }, 'hang', 'drop', or null again.
  answer(name, answer) {
    for (const one of [name].flat()) this.answers[one] = answer;
  }

  serve(request, response) {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      const bot = /^\/bot([^/]+)\/(\w+)/.exec(request.url);
      if (bot !== null && bot[2] === 'getUpdates') return this.poll(bot[1], new URL(request.url, this.url).searchParams, response);
      const name = bot !== null ? 'phone' : request.url.startsWith('/services/') ? 'slack' : request.url.startsWith('/api/webhooks/')
        ? 'discord' : request.url.slice(1).split('/')[0];
      const special = this.answers[name];
      if (special === 'hang') return undefined;
      if (special === 'drop') return request.socket.destroy();
      let message = null;
      try { message = JSON.parse(text); } catch { /* refused below */ }
      let answer = special ?? plain(400, 'no JSON');
      if (!special && message !== null && request.method === 'POST') {
        answer = bot !== null ? this.say(bot[1], bot[2], message) : (SERVICES[name]?.(message, request) ?? plain(404, ''));
      }
      this.note(name, answer.status >= 200 && answer.status < 300, message);
      response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? '');
      return undefined;
    });
  }

  note(name, taken, message) {
    const list = taken ? this.taken : this.refused;
    (list[name] ??= []).push({ at: Date.now(), message });
  }

  say(token, method, message) {
    const error = (code, description) => json(code, { ok: false, error_code: code, description });
    if (token !== TOKENS.phone) return error(401, 'Unauthorized');
    if (method !== 'sendMessage') return error(404, 'Not Found');
    if (message.chat_id !== CHAT) return error(400, 'Bad Request: chat not found');
    if (!message.text || message.text.length > 4_096) return error(400, 'Bad Request: message is too long');
    return json(200, { ok: true, result: { message_id: 1, date: 1, chat: { id: CHAT }, text: message.text } });
  }

  /// An update is given until one with a higher number is asked for.
  poll(token, parameters, response) {
    const offset = Number(parameters.get('offset') ?? 0);
    this.polls.push({ at: Date.now(), offset, allowed: parameters.get('allowed_updates') });
    this.confirmed = Math.max(this.confirmed, offset);
    const special = this.answers.poll;
    if (special === 'hang') return;
    const answer = () => {
      const result = token === TOKENS.phone ? this.updates.filter(({ update_id: id }) => id >= offset) : [];
      response.writeHead(token === TOKENS.phone ? 200 : 401, { 'content-type': 'application/json' })
        .end(JSON.stringify(token === TOKENS.phone ? { ok: true, result } : { ok: false, error_code: 401, description: 'Unauthorized' }));
    };
    const started = Date.now();
    const wait = setInterval(() => {
      const come = this.updates.some(({ update_id: id }) => id >= offset);
      if (!come && Date.now() - started < Number(parameters.get('timeout') ?? 0) * 1_000 && !response.destroyed) return;
      clearInterval(wait);
      answer();
    }, 20);
  }

  /// Somebody writes to the bot.
  write(text, { chat = CHAT, age = 0 } = {}) {
    const id = this.nextUpdate++;
    this.updates.push({ update_id: id, message: {
      message_id: id, date: Math.floor(Date.now() / 1_000) - age, chat: { id: chat, type: 'private' }, from: { id: chat }, text } });
  }

  /// Writes, and gives back the answer.
  async ask(text, options) {
    const { length } = this.texts('phone');
    this.write(text, options);
    await until(`an answer to ${text}`, 20_000, () => this.answered(length));
    return this.answered(length);
  }
  answered(from) {
    return this.texts('phone').slice(from).find((text) => !/^(DRY RUN )?(INFO|WARN|CRITICAL|OK again)|alerts of plimsoll:/.test(text));
  }

  smtp(socket) {
    const state = { data: null, login: false, from: '', to: [] };
    const say = (line) => socket.write(`${line}\r\n`);
    let buffer = '';
    if (this.answers.mail === 'drop') return socket.destroy();
    if (this.answers.mail === 'hang') return undefined;
    say('220 stand-in ESMTP');
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (part) => {
      buffer += part;
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        this.smtpLine(line, state, say, socket);
      }
    });
    return undefined;
  }

  smtpLine(line, state, say, socket) {
    if (state.data !== null) {
      if (line !== '.') return state.data.push(line.startsWith('.') ? line.slice(1) : line);
      const letter = { from: state.from, to: state.to, text: state.data.join('\r\n') };
      state.data = null;
      if (this.answers.mail !== undefined && this.answers.mail !== null) {
        this.note('mail', false, letter);
        return say(this.answers.mail.body);
      }
      this.note('mail', true, letter);
      return say('250 2.0.0 taken');
    }
    if (state.asked) {
      state.asked = false;
      return this.login(line, state, say);
    }
    const [verb, ...rest] = line.split(' ');
    switch (verb.toUpperCase()) {
      case 'EHLO': return say('250-stand-in\r\n250-AUTH PLAIN\r\n250 8BITMIME');
      case 'AUTH':
        if (rest[0] !== 'PLAIN') return say('504 5.5.4 not that way');
        if (rest[1] !== undefined) return this.login(rest[1], state, say);
        state.asked = true;
        return say('334 ');
      case 'MAIL': state.from = rest.join(' '); return say(state.login ? '250 ok' : '530 5.7.0 log in first');
      case 'RCPT': state.to.push(rest.join(' ')); return say('250 ok');
      case 'DATA': state.data = []; return say('354 go on');
      case 'QUIT': say('221 bye'); return socket.end();
      default: return say('502 5.5.2 what?');
    }
  }

  login(text, state, say) {
    const [, user, password] = Buffer.from(text, 'base64').toString().split('\0');
    state.login = user === 'plimsoll' && password === TOKENS.mail;
    return say(state.login ? '235 2.7.0 welcome' : '535 5.7.8 no');
  }

  /// The texts that a service has taken.
  texts(name) {
    const of = {
      hook: ({ alerts }) => alerts.map(({ text }) => text).join('\n\n'), slack: ({ text }) => text, discord: ({ content }) => content.replaceAll('\\', ''),
      phone: ({ text }) => text, push: ({ message }) => message, pager: ({ payload, event_action: action }) => payload?.custom_details.text ?? action,
      am: (list) => list.map(({ annotations }) => annotations.description).join('\n\n'),
      mail: ({ text }) => Buffer.from(text.split('\r\n\r\n').slice(1).join(''), 'base64').toString(),
    }[name];
    return (this.taken[name] ?? []).map(({ message }) => of(message));
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
    this.letters.close();
  }
}
