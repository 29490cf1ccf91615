/** Name of a caller where no service says who calls: a process on one machine, or an engine without identities. */
export const LOCAL_CALLER = 'local';

/** The identity under which operators act, as the services that they call see it. */
export interface Caller {
  /**
   * The identity of this process: the ARN of its user or of its session of a role, or {@link LOCAL_CALLER}.
   * @throws LanewayError UNAVAILABLE when it cannot be learnt
   */
  identity(): Promise<string>;
}

/** The name of an operator in the ledger: its identity, and the name that it gives itself, which proves nothing. */
export function actedBy(identity: string, name?: string): string {
  const said = name?.trim() ?? '';
  return said === '' ? identity : `${identity} (said to be ${said})`;
}
