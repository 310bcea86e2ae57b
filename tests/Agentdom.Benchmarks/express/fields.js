// The limits of docs/protocol.md on the members of a token request.
import { Refusal } from './expiring.js';

export const invalid = (description) => new Refusal(400, 'invalid_request', description);

// A character takes one or two units, so most texts need not be counted.
const isLonger = (text, most) => {
  if (text.length <= most) return false;
  let n = 0;
  for (const _ of text) n++;
  return n > most;
};
const isScope = (scope) => typeof scope === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(scope);

export function checkFields({ agent_id, purpose, scopes, timestamp, aud }) {
  if (typeof agent_id !== 'string' || agent_id === '' || isLonger(agent_id, 256)) throw invalid("'agent_id' is wrong.");
  if (typeof purpose !== 'string' || isLonger(purpose, 1024)) throw invalid("'purpose' is wrong.");
  if (!Array.isArray(scopes) || scopes.length < 1 || scopes.length > 64 || !scopes.every(isScope)) throw invalid("'scopes' is wrong.");
  if (new Set(scopes).size !== scopes.length) throw invalid("'scopes' names one scope twice.");
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw invalid("'timestamp' is wrong.");
  if (aud !== undefined) throw invalid("'aud' names another issuer: this one has no audience.");
}
