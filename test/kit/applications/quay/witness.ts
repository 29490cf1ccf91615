import { appendFileSync } from 'node:fs';

/** Writes down, outside everything Laneway keeps, that an agent did something by a message. One line each. */
export function witness(file: string, deed: string, thing: string, messageId: string): void {
  appendFileSync(file, `${deed} ${thing} ${messageId}\n`);
}
