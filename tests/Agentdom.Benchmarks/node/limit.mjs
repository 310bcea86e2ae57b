// Counts requests for each key in windows of a minute.
export class Limit {
  #counts = new Map();
  #perMinute;

  constructor(perMinute) {
    this.#perMinute = perMinute;
    setInterval(() => this.#counts.clear(), 60_000).unref();
  }

  // False if there were too many in this minute.
  enter(key) {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= this.#perMinute;
  }
}
