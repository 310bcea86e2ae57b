// The tokens of docs/protocol.md, as JWTs that are written by hand.
import { createHmac, createSecretKey, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto';

export const LIFETIME = 3600;
const ISSUER = 'agentdom';

const derived = (key, info) => Buffer.from(hkdfSync('sha256', key, '', info, 32));
const base64url = (json) => Buffer.from(JSON.stringify(json), 'utf8').toString('base64url');

export class Tokens {
  #key;
  #head;

  constructor(secret) {
    const key = derived(secret, 'agentdom/atp/jwt/v1');
    this.#key = createSecretKey(key);
    // The same for every token.
    this.#head = base64url({ alg: 'HS256', kid: derived(key, 'agentdom/atp/kid/v1').toString('hex').slice(0, 16), typ: 'at+jwt' }) + '.';
  }

  mint(agent, scopes, purpose, now) {
    const seconds = Math.floor(now / 1000);
    const signed = this.#head + base64url({
      iss: ISSUER, sub: agent, iat: seconds, nbf: seconds, exp: seconds + LIFETIME, jti: randomUUID(), scope: scopes.join(' '), purpose,
    });
    return signed + '.' + this.#sign(signed).digest('base64url');
  }

  // The claims, or null if this issuer has not written the token, or it has expired.
  read(token) {
    const dot = token.lastIndexOf('.');
    // Another header is another algorithm, key or type.
    if (!token.startsWith(this.#head) || dot < this.#head.length) return null;
    const signature = Buffer.from(token.slice(dot + 1), 'base64url');
    const expected = this.#sign(token.slice(0, dot)).digest();
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null;
    const claims = JSON.parse(Buffer.from(token.slice(this.#head.length, dot), 'base64url').toString('utf8'));
    const seconds = Date.now() / 1000;
    return claims.iss === ISSUER && claims.nbf <= seconds && seconds < claims.exp ? claims : null;
  }

  #sign(text) {
    return createHmac('sha256', this.#key).update(text, 'latin1');
  }
}
