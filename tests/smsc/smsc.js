// An SMSC on npm's smpp, driven by a test: commands come as JSON lines on stdin, events go as JSON lines to stdout.
// What it sent and got no answer to, or one that asks for another try, it sends again after the next bind, under new
// sequence numbers, as an SMSC does.
//
//   node smsc.js '{"password": "secret", "status": 14, "key": "…pem", "cert": "…pem", "port": 0}'
//
// Commands: {"do": "send", "id": …, "command": "deliver_sm", "pdu": {…}}   answered by {"event": "answer", "id", "status"}
//           {"do": "raw", "hex": …} {"do": "enquire"} {"do": "unbind"} {"do": "drop"} {"do": "end"}
//           {"do": "set", …}: password, status, mute (no answer to enquire_link), deaf (nothing is read any more)
// {"hex": …} inside a pdu stands for those octets.
'use strict';
const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');

const options = Object.assign({ password: 'secret', status: 14, port: 0, mute: false }, JSON.parse(process.argv[2] || '{}'));
const sessions = new Set(); // those that are bound
const unanswered = new Map();
const TEMPORARY = new Set([0x08, 0x14, 0x58, 0x64]);
let turn = 0;

const tell = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }) + '\n');

function octets(value) {
  if (value && typeof value === 'object') {
    if (typeof value.hex === 'string') return Buffer.from(value.hex, 'hex');
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, octets(inner)]));
  }
  return value;
}

function send(work) {
  unanswered.set(work.id, work);
  const all = [...sessions];
  if (all.length === 0) return;
  all[turn++ % all.length][work.command || 'deliver_sm'](octets(work.pdu), (answer) => {
    if (!TEMPORARY.has(answer.command_status)) unanswered.delete(work.id);
    tell('answer', { id: work.id, status: answer.command_status, command: answer.command });
  });
}

function serve(session) {
  const bind = (kind) => (pdu) => {
    const good = pdu.password === options.password;
    const status = good ? 0 : options.status;
    session.send(pdu.response({ command_status: status, system_id: 'smsc' }));
    tell('bind', { kind, good, systemId: pdu.system_id, systemType: pdu.system_type, range: pdu.address_range });
    if (!good) return;
    sessions.add(session);
    const again = [...unanswered.values()];
    unanswered.clear();
    again.forEach(send);
  };
  session.on('bind_receiver', bind('receiver'));
  session.on('bind_transceiver', bind('transceiver'));
  session.on('enquire_link', (pdu) => {
    tell('enquire');
    if (!options.mute) session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    sessions.delete(session);
    session.send(pdu.response());
    tell('unbind');
  });
  session.on('deliver_sm_resp', (pdu) => tell('response', { status: pdu.command_status, sequence: pdu.sequence_number }));
  session.on('generic_nack', (pdu) => tell('nack', { status: pdu.command_status, sequence: pdu.sequence_number }));
  session.on('close', () => {
    sessions.delete(session);
    tell('closed');
  });
  session.on('error', () => session.destroy());
}

const secure = options.key ? { key: fs.readFileSync(options.key), cert: fs.readFileSync(options.cert) } : {};
const server = smpp.createServer(secure, serve);
server.listen(options.port, '127.0.0.1', () => tell('listening', { port: server.address().port }));

const commands = {
  send,
  raw: ({ hex }) => sessions.forEach((session) => session.socket.write(Buffer.from(hex, 'hex'))),
  enquire: () => sessions.forEach((session) => session.enquire_link(() => tell('alive'))),
  unbind: () => sessions.forEach((session) => session.unbind(() => { tell('unbound'); session.close(); })),
  drop: () => sessions.forEach((session) => session.destroy()),
  end: () => process.exit(0),
  set: (wanted) => {
    Object.assign(options, wanted);
    if (wanted.deaf) sessions.forEach((session) => session.pause());
  },
};
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
});
lines.on('close', () => process.exit(0));
