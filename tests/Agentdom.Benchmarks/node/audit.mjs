// Audit lines, collected and written to the standard output when there are enough of them, at the latest after half a second.
import { write, writeSync } from 'node:fs';

const ENOUGH = 16_384;
const STDOUT = 1;
let waiting = '';
let isWriting = false;

export function audit(line) {
  waiting += line + '\n';
  if (waiting.length >= ENOUGH) flush();
}

function flush() {
  if (isWriting || waiting === '') return;
  isWriting = true;
  const lines = waiting;
  waiting = '';
  write(STDOUT, lines, (error) => {
    if (error) throw error;
    isWriting = false;
  });
}

setInterval(flush, 500).unref();
process.on('exit', () => writeSync(STDOUT, waiting));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit());
