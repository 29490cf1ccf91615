/** Owner of one lease: the process that asks, and the number of its request. */
export function leaseOwner(process: string, request: number): string {
  // The end is put together first: V8 then keeps two parts of the text, where it would keep three.
  const end = `.${request}`;
  return process + end;
}

/** True for owners that one process made with {@link leaseOwner}. */
export function areOfOneProcess(one: string | undefined, other: string): boolean {
  const end = other.lastIndexOf('.') + 1;
  return end > 0 && one !== undefined && one.lastIndexOf('.') + 1 === end && one.startsWith(other.slice(0, end));
}
