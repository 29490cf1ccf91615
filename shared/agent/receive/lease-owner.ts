import { randomUUID } from 'node:crypto';

const PROCESS = randomUUID();
let leases = 0;

/**
 * Token of one request for a lease, which no other request has, in this process or another. Not a UUID for each: the store
 * keeps it, and the text of a UUID is put together from thirty parts, which V8 keeps apart until somebody reads it.
 */
export function newOwner(): string {
  leases += 1;
  return `${PROCESS}.${leases}`;
}
