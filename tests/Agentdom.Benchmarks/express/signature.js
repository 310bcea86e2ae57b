import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonical } from './canonical.js';
import { Refusal } from './expiring.js';
import { invalid } from './fields.js';

export function requireSignature(body, key) {
  if (typeof body.signature !== 'string') throw invalid("'signature' is missing.");
  let text;
  try {
    text = canonical(body, 'signature');
  } catch (e) {
    throw invalid(e.message);
  }
  const expected = createHmac('sha256', key).update(text, 'utf8').digest();
  const claimed = /^[0-9a-fA-F]{64}$/.test(body.signature) ? Buffer.from(body.signature, 'hex') : Buffer.alloc(0);
  if (claimed.length !== expected.length || !timingSafeEqual(claimed, expected)) {
    throw new Refusal(401, 'invalid_signature', 'The signature does not match this body.');
  }
}
