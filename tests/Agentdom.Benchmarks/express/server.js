// The protocol of docs/protocol.md as a typical Node service: one process, Express 5, jsonwebtoken, pino.
//   node server.js PORT, with ATP_SECRET, ATP_SCOPES and ATP_RATE_LIMIT in the environment
import { createSecretKey, hkdfSync, randomUUID } from 'node:crypto';
import express from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import jwt from 'jsonwebtoken';
import pino from 'pino';
import { Expiring, Refusal } from './expiring.js';
import { checkFields, invalid } from './fields.js';
import { requireSignature } from './signature.js';

const WINDOW = 300_000;
const LIFETIME = 3600;
const ISSUER = 'agentdom';
const port = Number(process.argv[2]);
const secret = Buffer.from(process.env.ATP_SECRET, 'utf8');
const offered = new Set((process.env.ATP_SCOPES ?? 'data.read data.write').split(/[ ,]+/));
const perMinute = Number(process.env.ATP_RATE_LIMIT ?? 600);

const derived = (key, info) => Buffer.from(hkdfSync('sha256', key, '', info, 32));
const tokenKey = derived(secret, 'agentdom/atp/jwt/v1');
const kid = derived(tokenKey, 'agentdom/atp/kid/v1').toString('hex').slice(0, 16);
const signingKey = createSecretKey(tokenKey);

const replays = new Expiring();
const revoked = new Expiring();
// Log lines are buffered and written asynchronously.
const audit = pino({ base: null }, pino.destination({ sync: false, minLength: 4096 }));

function checkSignature(req, res, next) {
  const body = req.body;
  if (body === undefined) throw new Refusal(415, 'invalid_request', 'A request is sent with the content type application/json.');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('A JSON object was expected.');
  requireSignature(body, secret);
  next();
}

const tooMany = (req, res) => {
  audit.warn({ agent: req.body?.agent_id, address: req.ip, outcome: 'rate_limited' }, 'token request');
  res.status(429).json({ error: 'rate_limited', error_description: 'Too many requests.' });
};
const limit = (keyGenerator) =>
  rateLimit({ windowMs: 60_000, limit: perMinute, standardHeaders: false, legacyHeaders: false, keyGenerator, handler: tooMany });

function mint(req, res) {
  checkFields(req.body);
  const { agent_id, purpose, scopes, timestamp, signature } = req.body;
  const now = Date.now();
  if (Math.abs(now - timestamp) > WINDOW) {
    throw new Refusal(401, 'stale_timestamp', 'The timestamp is too far from this clock.', { server_time: now });
  }
  const unknown = scopes.find((scope) => !offered.has(scope));
  if (unknown !== undefined) throw new Refusal(403, 'invalid_scope', `The scope '${unknown}' is not offered.`);
  if (!replays.add(signature.toLowerCase(), timestamp + WINDOW)) {
    throw new Refusal(401, 'replayed_request', 'This signed request was accepted before.');
  }
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: ISSUER, sub: agent_id, iat: seconds, nbf: seconds, exp: seconds + LIFETIME, jti: randomUUID(), scope: scopes.join(' '), purpose,
  };
  const token = jwt.sign(claims, signingKey, { algorithm: 'HS256', header: { typ: 'at+jwt', kid } });
  audit.info({ agent: agent_id, scopes, address: req.ip, outcome: 'granted' }, 'token request');
  res.set('Cache-Control', 'no-store').json({
    token, token_type: 'Bearer', expires_in: LIFETIME, scopes_granted: scopes, agent_id,
  });
}

function read(token) {
  if (typeof token !== 'string') throw invalid("'token' is missing.");
  try {
    const { header, payload } = jwt.verify(token, signingKey, { algorithms: ['HS256'], issuer: ISSUER, complete: true });
    return header.typ === 'at+jwt' && !header.crit && !revoked.has(payload.jti) ? payload : null;
  } catch {
    return null;
  }
}

const app = express();
app.disable('x-powered-by');
// Answers are not cached, so computing an ETag for each would be wasted.
app.set('etag', false);

const tokenBody = express.json({ limit: '48kb' });
app.post('/v1/agent-tokens', limit((req) => ipKeyGenerator(req.ip)), express.json({ limit: '16kb' }),
  checkSignature, limit((req) => String(req.body.agent_id)), mint);
app.post('/v1/agent-tokens/verify', tokenBody, (req, res) => {
  const claims = read(req.body?.token);
  res.set('Cache-Control', 'no-store').json(claims === null ? { valid: false } : {
    valid: true, scopes: claims.scope.split(' '), agent_id: claims.sub, expires_at: new Date(claims.exp * 1000).toISOString(),
  });
});
app.post('/v1/agent-tokens/revoke', tokenBody, (req, res) => {
  const claims = read(req.body?.token);
  if (claims !== null) revoked.add(claims.jti, claims.exp * 1000);
  res.set('Cache-Control', 'no-store').json({ revoked: true });
});
app.get('/.well-known/agentdom.json', (req, res) => {
  const endpoint = `${req.protocol}://${req.get('host')}/v1/agent-tokens`;
  res.json({ auth: { method: 'agent_token', agent_token_endpoint: endpoint, scopes: [...offered] } });
});
app.use((error, req, res, next) => {
  const refusal = error instanceof Refusal ? error
    : new Refusal(error.status ?? 500, error.status < 500 ? 'invalid_request' : 'server_error', 'The request cannot be read.');
  audit.warn({ address: req.ip, outcome: refusal.body.error }, 'token request');
  res.status(refusal.status).set('Cache-Control', 'no-store').json(refusal.body);
});

app.listen(port, '127.0.0.1');
