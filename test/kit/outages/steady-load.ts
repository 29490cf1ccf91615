import { setTimeout as sleep } from 'node:timers/promises';
import type { Laneway } from 'laneway/client';
import { summarizeError, type ErrorSummary } from '../../../shared/domain/base/errors.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { CargoLanded, ShipDue, WeighCargo } from '../applications/quay-topology.js';

/** The client of the quay. */
export type Pier = Laneway<typeof CargoLanded | typeof ShipDue | typeof WeighCargo>;

/** A message of the load, and what its client was told. */
export interface LoadMessage {
  readonly kind: 'landing' | 'ship' | 'request';
  /** Name of the cargo or of the ship. */
  readonly name: string;
  readonly id: string;
  readonly correlationId: string;
  /** True once the client was told that it is published; a request, once it has its reply. */
  accepted: boolean;
  /** Errors that the client was told. */
  readonly refusals: ClientError[];
}

/** An error that a client was told. */
export interface ClientError extends Pick<ErrorSummary, 'code' | 'message'> {
  /** True once all was well again. */
  readonly well: boolean;
}

/** Options of {@link SteadyLoad}. */
export interface LoadOptions {
  /** Milliseconds from one landing to the next. */
  readonly everyMs: number;
  /** True when a client that is refused now is to leave it at that. It publishes again, under the same id, once all is well otherwise. */
  readonly leaves: () => boolean;
  /** Resolves when all is well again. */
  readonly well: Promise<void>;
}

/** Seldom, because each client that waits looks at its request every second, and an engine takes some fifty calls a second. */
const REQUEST_EVERY = 20;
const SHIP_EVERY = 10;
/** Times that a client tries when all is well, and pauses between them: not all at once, and longer each time. */
const TRIES_WHEN_WELL = 10;
const LONGEST_PAUSE_MS = 5_000;

/** A client that publishes at a steady pace, whatever becomes of it: landings, some requests, and ships, which start workflows. */
export class SteadyLoad {
  readonly sent: LoadMessage[] = [];
  private readonly underWay: Promise<void>[] = [];
  private ending = false;
  private well = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly pier: Pier,
    private readonly options: LoadOptions,
  ) {
    void options.well.then(() => (this.well = true));
    this.running = this.run();
  }

  /** Stops publishing. @returns all messages, when each is published or left and each request is answered */
  async stop(): Promise<readonly LoadMessage[]> {
    this.ending = true;
    await this.running;
    await Promise.all(this.underWay);
    return this.sent;
  }

  private async run(): Promise<void> {
    for (let tick = 0; !this.ending; tick++) {
      this.begin('landing', `cargo-${tick}`);
      if (tick % REQUEST_EVERY === 0) this.begin('request', `asked-${tick}`);
      if (tick % SHIP_EVERY === 0) this.begin('ship', `ship-${tick}`);
      await sleep(this.options.everyMs);
    }
  }

  private begin(kind: LoadMessage['kind'], name: string): void {
    const message = { kind, name, id: newId(), correlationId: newId(), accepted: false, refusals: [] };
    this.sent.push(message);
    this.underWay.push(this.send(message));
  }

  private async send(message: LoadMessage): Promise<void> {
    if (await this.publish(message)) return;
    // Whoever waits for an answer asks until he has it.
    if (message.kind !== 'request' && this.options.leaves()) return;
    await this.options.well;
    for (let tries = 1; tries <= TRIES_WHEN_WELL; tries++) {
      await sleep(Math.random() * tries * LONGEST_PAUSE_MS);
      if (await this.publish(message)) return;
    }
  }

  private async publish(message: LoadMessage): Promise<boolean> {
    const { kind, name, id, correlationId, refusals } = message;
    const ids = { id, correlationId };
    try {
      if (kind === 'landing') await this.pier.publish(CargoLanded, { cargo: name }, ids);
      else if (kind === 'ship') await this.pier.publish(ShipDue, { ship: name }, ids);
      else await this.pier.request(WeighCargo, { cargo: name }, { ...ids, timeout: '2 hours' });
      message.accepted = true;
    } catch (error) {
      const { code, message: said } = summarizeError(error);
      refusals.push({ code, message: said, well: this.well });
    }
    return message.accepted;
  }
}
