import { appendFileSync } from 'node:fs';

/** Writes down, outside everything Laneway keeps, that a handler did its work. One line each. */
export function witness(file: string, agent: string, key: string): void {
  appendFileSync(file, `${agent} ${key}\n`);
}
