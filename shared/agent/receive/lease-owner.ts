import { randomUUID } from 'node:crypto';

const PROCESS = randomUUID();
let leases = 0;

/**
 * Makes a token that no other request for a lease has, in this process or another. It is not a UUID for each: the store
 * keeps it, and V8 keeps the thirty parts of a UUID's text apart until somebody reads it.
 */
export function newOwner(): string {
  leases += 1;
  return `${PROCESS}.${leases}`;
}
