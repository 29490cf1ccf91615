import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import type { Emission } from '../../domain/delivery/delivery.js';
import { OPERATOR } from '../../domain/wire/envelope.js';
import { LanewayError, unknownName } from '../../domain/base/errors.js';
import { checkIntake } from '../../domain/emergency/emergency.js';
import type { ExecutionDetail } from '../../domain/execution/executions.js';
import { newId } from '../../domain/base/ids.js';
import type { Clock } from '../../domain/base/clock.js';
import type { MessageType } from '../../message/message-type.js';
import { RequestCancelled } from '../../message/system-messages.js';
import type { PageResponse } from '../../operator/approval-page/answer-link.js';
import { breakersOf, type Breakers } from '../../operator/breakers/breakers.js';
import { answerRequest, type AnswerServices } from '../../operator/requests/answer-request.js';
import { decideApproval, openApprovals, type ApprovalRecord } from '../../operator/requests/decide-approval.js';
import { withOutput } from '../../operator/workflows/execution-output.js';
import type { ChannelPause } from '../../domain/pause/pause.js';
import {
  listChannels,
  pauseChannel,
  resumeChannel,
  type ChannelStanding,
  type PauseServices,
} from '../../operator/pauses/pause-channel.js';
import type { Actor } from '../../operator/operator-services.js';
import {
  partyOf,
  quarantineParty,
  releaseParty,
  type QuarantineServices,
} from '../../operator/quarantine/quarantine.js';
import type { Confinement } from '../../domain/quarantine/confinement.js';
import { retryExecution, type Retried } from '../../operator/workflows/retry-workflow.js';
import { cancelRequestOf } from '../../publishing/cancel-request-of.js';
import {
  publishMessages,
  type OutsideOptions,
  type Published,
  type Publishing,
  type Receipt,
} from '../../publishing/publish-message.js';
import { publisherOf } from '../../publishing/publisher-of.js';
import { hasEmergencies } from '../../topology/emergency/emergency-channel.js';
import { RateLimiter } from '../../domain/rate/rate-limiter.js';
import type { Topology } from '../../topology/topology.js';
import { HarnessConversation } from './harness-conversation.js';
import type { HarnessPublishOptions } from './harness-options.js';
import type { MemoryWorld } from './memory-world.js';
import { portsOf } from './process-ports.js';
import { visitLink, type VisitForm } from './visit-link.js';

/** In memory the record alone cuts a party off: the world reads it at each call. */
const BY_RECORD: Confinement = {
  deny: () => Promise.resolve('every call is refused'),
  allow: () => Promise.resolve('its calls are taken'),
  pause: () => Promise.resolve('nobody receives for it'),
  resume: () => Promise.resolve('it receives'),
  keep: () => Promise.resolve('its lanes keep messages for 14 days'),
  keepAsBefore: () => Promise.resolve('its lanes keep messages as before'),
  gaps: () => Promise.resolve([]),
};

/** Calls by which clients and operators act on a world in memory, and look at it. None of them lets time go by. */
export class WorldAccess<World extends MemoryWorld<Clock>> {
  /** Token buckets by client: each is one process. */
  readonly #limiters = new Map<string, RateLimiter>();
  readonly now = (): Date => new Date(this.world.clock.now());

  /** @param publisher names in errors who publishes without being declared */
  constructor(
    protected readonly topology: Topology,
    protected readonly world: World,
    private readonly publisher: string,
  ) {}

  async publish(type: MessageType, data: unknown, options: HarnessPublishOptions = {}): Promise<Receipt> {
    const { participants: _each, ...receipt } = await this.publishEach(type, data, options);
    return receipt;
  }

  /** Publishes as a client. @returns also who has got a message of its own */
  protected async publishEach(
    type: MessageType,
    data: unknown,
    { as, ...given }: OutsideOptions & Pick<HarnessPublishOptions, 'as'> = {},
  ): Promise<Published> {
    const name = as ?? this.clientFor(type);
    this.checkDeclared(type, name);
    return this.during(this.#publish(name, type, data, given));
  }

  async #publish(name: string, type: MessageType, data: unknown, given: OutsideOptions): Promise<Published> {
    await this.#checkIntake(name, type.name);
    return publishMessages(this.publishingAs(name), type, data, given);
  }

  async #checkIntake(client: string, what: string): Promise<void> {
    if (!hasEmergencies(this.topology.model)) return;
    const process = this.world.process(client, Infinity, { party: `client.${client}` });
    await checkIntake(what, portsOf(process, this.world.ports).emergencies);
  }

  async cancel(requestId: string, why: string, { as }: Pick<HarnessPublishOptions, 'as'> = {}): Promise<boolean> {
    return this.during(cancelRequestOf(this.publishingAs(as ?? this.clientFor(RequestCancelled)), requestId, why));
  }

  approvals(): Promise<readonly ApprovalRecord[]> {
    return openApprovals(this.#answering());
  }

  async decide(approval: string, decision: 'approved' | 'rejected', actor: Actor): Promise<void> {
    await this.during(decideApproval(approval, decision, actor, this.#answering()));
  }

  async answer(requestId: string, data: unknown, actor: Actor): Promise<void> {
    await this.during(answerRequest(requestId, data, actor, this.#answering()));
  }

  visit(link: string, form?: VisitForm): Promise<PageResponse> {
    return this.during(
      visitLink(link, form, { ...this.#answering('approval-page'), linkSigner: this.world.linkSigner }),
    );
  }

  async executions(): Promise<readonly ExecutionDetail[]> {
    const { executions, starts } = this.world;
    const found = executions.names.flatMap((name) => Object.keys(starts).map((one) => executions.find(one, name)));
    const known = (await Promise.all(found)).filter((one) => one !== undefined);
    return Promise.all(known.map((one) => withOutput(one, this.world.payloads)));
  }

  retry(execution: string, actor: Actor): Promise<Retried> {
    const { executions, starts, ports } = this.world;
    return this.during(
      retryExecution(execution, actor, { ...this.#answering(), executions, starts, sagas: ports.sagas }),
    );
  }

  async quarantine(name: string, actor: Actor): Promise<void> {
    await this.during(quarantineParty(partyOf(name, this.topology.model), actor, this.#quarantining()));
  }

  async release(name: string, actor: Actor): Promise<void> {
    await this.during(releaseParty(partyOf(name, this.topology.model), actor, this.#quarantining()));
  }

  pauseChannel(channel: string, actor: Actor): Promise<ChannelPause> {
    return this.during(pauseChannel(channel, actor, this.#pausing()));
  }

  resumeChannel(channel: string, actor: Actor): Promise<ChannelPause> {
    return this.during(resumeChannel(channel, actor, this.#pausing()));
  }

  channels(): Promise<readonly ChannelStanding[]> {
    return listChannels(this.#pausing());
  }

  get breakers(): Breakers {
    const { clock, book, breakers } = this.world.ports;
    const all = breakersOf({ clock, book, breakers, model: this.topology.model });
    return {
      list: (agent) => all.list(agent),
      trip: (...given) => this.during(all.trip(...given)),
      reset: (...given) => this.during(all.reset(...given)),
    };
  }

  putEvent(event: { readonly source: string; readonly 'detail-type': string; readonly detail: unknown }): void {
    this.world.bus.put({ id: newId(), time: this.now().toISOString(), ...event });
  }

  conversation(correlationId: string): HarnessConversation {
    const { ledger, payloads } = this.world;
    const entries = ledger.stored(correlationId).map((entry): LedgerEntry => {
      if (entry.kind !== 'delivery' || entry.delivery.emissionsRef === undefined) return entry;
      const emissions = JSON.parse(payloads.texts.get(entry.delivery.emissionsRef) ?? '[]') as Emission[];
      return { ...entry, delivery: { ...entry.delivery, emissions } };
    });
    return new HarnessConversation(correlationId, entries);
  }

  conversations(): readonly string[] {
    return this.world.ledger.conversationIds();
  }

  protected publishingAs(name: string): Publishing {
    const process = this.world.process(name, Infinity, { party: `client.${name}` });
    const ports = portsOf(process, this.world.ports);
    const limiter = this.#limiters.get(name) ?? new RateLimiter();
    this.#limiters.set(name, limiter);
    const wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
      await this.waits(process, ms, signal);
      await this.#checkIntake(name, 'what waited for its rate limit');
    };
    const rates = { limiter, clock: ports.clock, rates: ports.rates, wait };
    return { ...publisherOf(this.topology, { kind: 'client', name }, ports), rates };
  }

  /** @throws LanewayError UNKNOWN_CLIENT, NOT_DECLARED */
  protected checkDeclared(type: MessageType, name: string): void {
    const client = this.topology.model.clients[name];
    if (!client) {
      const known = Object.keys(this.topology.model.clients);
      throw unknownName('UNKNOWN_CLIENT', `${type.name} is published as '${name}'`, name, known, this.topology.name);
    }
    if (!client.publishes.includes(type.name)) throw this.#notDeclared(type, name);
  }

  /** Has a process of a client wait so many milliseconds. */
  protected waits(process: object, ms: number, _signal?: AbortSignal): Promise<unknown> {
    return this.world.slow.pause(process, this.world.clock.now() + ms);
  }

  /** Awaits a call of a client or an operator. */
  protected during<Result>(call: Promise<Result>): Promise<Result> {
    return call;
  }

  #quarantining(): QuarantineServices {
    const { clock, book, quarantines } = this.world.ports;
    return { clock, book, quarantines, confinement: BY_RECORD };
  }

  #pausing(): PauseServices {
    const { clock, book, pauses } = this.world.ports;
    return { clock, book, pauses, model: this.topology.model };
  }

  #answering(name: string = OPERATOR): AnswerServices {
    const publishing: Publishing = { ...this.publishingAs(name), kind: 'platform' };
    const { clock, pending, book } = this.world.ports;
    return { topology: this.topology, clock, pending, book, publishing };
  }

  /** The first client that declares a type. @throws LanewayError NOT_DECLARED */
  protected clientFor(type: MessageType): string {
    const client = Object.values(this.topology.model.clients).find(({ publishes }) => publishes.includes(type.name));
    if (!client) throw this.#notDeclared(type, undefined);
    return client.id;
  }

  #notDeclared(type: MessageType, client: string | undefined): LanewayError {
    const clients = Object.values(this.topology.model.clients).filter(({ publishes }) => publishes.includes(type.name));
    const known = clients.map(({ id }) => id).join(', ') || '(none)';
    const who = client === undefined ? 'no client' : `not client '${client}'`;
    return new LanewayError('NOT_DECLARED', `${type.name} is published by ${this.publisher}, but ${who} declares it`, {
      help: [`clients that do: ${known}   (${this.topology.name})`],
    });
  }
}
