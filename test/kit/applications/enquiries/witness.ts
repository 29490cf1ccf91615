import { appendFileSync } from 'node:fs';

/** Writes down, outside everything Laneway keeps, that a handler took a question. One line each. */
export function witness(file: string, agent: string, attempt: number, question: string): void {
  appendFileSync(file, `${agent} ${attempt} ${question}\n`);
}
