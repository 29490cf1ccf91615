/** Owner of one lease: the process that asks, and the number of its request. */
export function leaseOwner(process: string, request: number): string {
  return `${process}.${request}`;
}

/** True for owners that one process made with {@link leaseOwner}. */
export function areOfOneProcess(one: string | undefined, other: string): boolean {
  const end = other.lastIndexOf('.') + 1;
  return end > 0 && one !== undefined && one.lastIndexOf('.') + 1 === end && one.startsWith(other.slice(0, end));
}
