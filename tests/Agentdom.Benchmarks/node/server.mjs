// The protocol of docs/protocol.md on Node's own modules, without a framework or a package, written for speed: one process.
//   node server.mjs PORT, with ATP_SECRET, ATP_SCOPES and ATP_RATE_LIMIT in the environment
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import { Expiring, Refusal } from '../express/expiring.js';
import { checkFields, invalid } from '../express/fields.js';
import { requireSignature } from '../express/signature.js';
import { audit } from './audit.mjs';
import { Limit } from './limit.mjs';
import { LIFETIME, Tokens } from './tokens.mjs';

const WINDOW = 300_000;
const PATH = '/v1/agent-tokens';
const port = Number(process.argv[2]);
const secret = Buffer.from(process.env.ATP_SECRET, 'utf8');
const key = createSecretKey(secret);
const offered = new Set((process.env.ATP_SCOPES ?? 'data.read data.write').split(/[ ,]+/));
const perMinute = Number(process.env.ATP_RATE_LIMIT ?? 600);

const tokens = new Tokens(secret);
const replays = new Expiring();
const revoked = new Expiring();
const addresses = new Limit(perMinute);
const agents = new Limit(perMinute);
const tooMany = () => new Refusal(429, 'rate_limited', 'Too many requests.');

function parse(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid('The body is not JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('A JSON object was expected.');
  return body;
}

function mint(text, address) {
  const body = parse(text);
  requireSignature(body, key);
  if (!agents.enter(String(body.agent_id))) throw tooMany();
  checkFields(body);
  const { agent_id, purpose, scopes, timestamp, signature } = body;
  const now = Date.now();
  if (Math.abs(now - timestamp) > WINDOW) {
    throw new Refusal(401, 'stale_timestamp', 'The timestamp is too far from this clock.', { server_time: now });
  }
  const unknown = scopes.find((scope) => !offered.has(scope));
  if (unknown !== undefined) throw new Refusal(403, 'invalid_scope', `The scope '${unknown}' is not offered.`);
  if (!replays.add(signature.toLowerCase(), timestamp + WINDOW)) {
    throw new Refusal(401, 'replayed_request', 'This signed request was accepted before.');
  }
  const token = tokens.mint(agent_id, scopes, purpose, now);
  audit(JSON.stringify({ time: now, agent: agent_id, scopes, address, outcome: 'granted' }));
  return { token, token_type: 'Bearer', expires_in: LIFETIME, scopes_granted: scopes, agent_id };
}

function read(text) {
  const { token } = parse(text);
  if (typeof token !== 'string') throw invalid("'token' is missing.");
  const claims = tokens.read(token);
  return claims === null || revoked.has(claims.jti) ? null : claims;
}

function verify(text) {
  const claims = read(text);
  return claims === null ? { valid: false } : {
    valid: true, scopes: claims.scope.split(' '), agent_id: claims.sub, expires_at: new Date(claims.exp * 1000).toISOString(),
  };
}

function revoke(text) {
  const claims = read(text);
  if (claims !== null) revoked.add(claims.jti, claims.exp * 1000);
  return { revoked: true };
}

const endpoints = new Map([
  [PATH, { most: 16_384, answer: mint }],
  [PATH + '/verify', { most: 49_152, answer: verify }],
  [PATH + '/revoke', { most: 49_152, answer: revoke }],
]);

function send(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, [
    'Content-Type', 'application/json', 'Content-Length', Buffer.byteLength(text), 'Cache-Control', 'no-store',
  ]);
  response.end(text);
}

function answer(request, response, work) {
  const address = request.socket.remoteAddress;
  let body;
  try {
    body = work(address);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'server_error', 'The request cannot be answered.');
    audit(JSON.stringify({ time: Date.now(), address, outcome: refusal.body.error }));
    send(response, refusal.status, refusal.body);
    return;
  }
  send(response, 200, body);
}

const server = createServer((request, response) => {
  const endpoint = request.method === 'POST' ? endpoints.get(request.url) : undefined;
  if (endpoint === undefined) {
    answer(request, response, () => {
      if (request.url !== '/.well-known/agentdom.json') throw new Refusal(404, 'invalid_request', 'There is nothing here.');
      const address = `http://${request.headers.host}${PATH}`;
      return { auth: { method: 'agent_token', agent_token_endpoint: address, scopes: [...offered] } };
    });
    return;
  }
  let chunks;
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    // What is too large is received and forgotten.
    if (size <= endpoint.most) chunks = chunks === undefined ? chunk : Buffer.concat([chunks, chunk]);
  });
  request.on('end', () => answer(request, response, (address) => {
    if (!addresses.enter(address)) throw tooMany();
    if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) {
      throw new Refusal(415, 'invalid_request', 'A request is sent with the content type application/json.');
    }
    if (size > endpoint.most) throw new Refusal(413, 'invalid_request', `A request has at most ${endpoint.most} bytes.`);
    return endpoint.answer(chunks === undefined ? '' : chunks.toString('utf8'), address);
  }));
});

server.listen(port, '127.0.0.1');
