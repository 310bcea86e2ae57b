// Keys with an expiry each (milliseconds). No key is dropped early to make room.
export class Expiring {
  #entries = new Map();
  #capacity;

  constructor(capacity = 1_000_000) {
    this.#capacity = capacity;
    setInterval(() => this.#sweep(), 15_000).unref();
  }

  // False if the key already exists.
  add(key, until) {
    if (this.has(key)) return false;
    if (this.#entries.size >= this.#capacity) throw new Refusal(503, 'temporarily_unavailable', 'The memory is full.');
    this.#entries.set(key, until);
    return true;
  }

  has(key) {
    return this.#entries.has(key);
  }

  #sweep() {
    const now = Date.now();
    for (const [key, until] of this.#entries) if (until < now) this.#entries.delete(key);
  }
}

export class Refusal extends Error {
  constructor(status, code, description, more) {
    super(description);
    this.status = status;
    this.body = { error: code, error_description: description, ...more };
  }
}
