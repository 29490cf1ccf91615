import type { ReceivedCopy } from '../agent/receive/services.js';

/** Longest time that an acknowledgement waits for others to share a call with. */
const GATHER_MS = 20;
/** Most that SQS deletes in a call. */
const MOST = 10;

interface Waiting {
  readonly copy: ReceivedCopy;
  readonly done: () => void;
}

/** Acknowledges copies of one lane, several in a call when they end at about the same time. */
export class Acknowledgements {
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param acknowledge deletes up to ten copies
   * @param failed told of a call that failed: its copies come again, and are then acknowledged by their outcome
   */
  constructor(
    private readonly acknowledge: (copies: readonly ReceivedCopy[]) => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Settled when the copy is acknowledged, or that has failed. Never rejects. */
  async add(copy: ReceivedCopy): Promise<void> {
    const done = new Promise<void>((resolve) => this.#waiting.push({ copy, done: resolve }));
    if (this.#waiting.length >= MOST) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), GATHER_MS);
    await done;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    void this.acknowledge(batch.map(({ copy }) => copy))
      .catch(this.failed)
      .finally(() => {
        for (const { done } of batch) done();
      });
  }
}
