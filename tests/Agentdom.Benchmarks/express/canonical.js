// RFC 8785: members sorted by UTF-16 code unit, numbers and strings as ECMAScript writes them.
const MAX_DEPTH = 32;

export function canonical(value, omit, depth = 1) {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('A string holds a lone surrogate.');
    return JSON.stringify(value);
  }
  if (depth > MAX_DEPTH) throw new TypeError('The body nests too deep.');
  if (Array.isArray(value)) return '[' + value.map((item) => canonical(item, undefined, depth + 1)).join(',') + ']';
  const members = [];
  for (const name of Object.keys(value).sort()) {
    if (name !== omit) members.push(canonical(name) + ':' + canonical(value[name], undefined, depth + 1));
  }
  return '{' + members.join(',') + '}';
}
