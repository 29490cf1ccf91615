/**
 * The means by which one party is cut off, where it has no say itself. Each call may be repeated and then changes nothing. It
 * says in one line what is true now.
 */
export interface Confinement {
  /** Takes its rights away, also from sessions that it has already. */
  deny(): Promise<string>;
  /** Gives its rights back. */
  allow(): Promise<string>;
  /** Has nobody receive for it. */
  pause(): Promise<string>;
  /** Has it receive again. */
  resume(): Promise<string>;
  /** Keeps what waits for it for as long as queues can. */
  keep(): Promise<string>;
  /** Has its queues keep messages for as long as before, once none waits that this would lose. */
  keepAsBefore(): Promise<string>;
  /** Looks whether it is cut off. @returns what is missing, a line for each; empty when nothing is */
  gaps(): Promise<readonly string[]>;
}
