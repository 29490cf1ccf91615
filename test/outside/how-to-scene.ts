import { appendFileSync } from 'node:fs';
import type { DeadLetterEntry } from '../../shared/domain/delivery/dead-letter.js';
import type { ExecutionStatus } from '../../shared/domain/execution/executions.js';
import { findDeadLetters } from '../../shared/operator/dead-letters/dead-letter-groups.js';
import { openRequests } from '../../shared/operator/requests/answer-request.js';
import type { ClaimsOffice } from './claims-office.js';

const DAY_MS = 86_400_000;

/** Things that the how-tos speak of, in the deployed claims application: made when a page needs them. */
export class HowToScene {
  #made = 0;

  constructor(private readonly office: ClaimsOffice) {}

  /** The value of a placeholder; an id that is there from now on. @throws Error for one that nobody knows */
  async fill(placeholder: string): Promise<string> {
    const make = this.#makers[placeholder];
    if (make === undefined) throw new Error(`no scene for ${placeholder}`);
    return make();
  }

  readonly #makers: Readonly<Record<string, () => Promise<string>>> = {
    '<dead letter>': () => this.#deadLetter(),
    '<group>': async () => `'${(await this.#brokenMessage()).signature}'`,
    '<conversation>': () => this.#conversation(),
    '<key>': async () => ((await this.#json('ledger', 'verify', 'proof')) as { readonly key: string }).key,
    '<execution>': () => this.#execution('succeeded', () => this.#report(['lamp.jpg'])),
    '<running execution>': () => this.#execution('running', () => this.#report(LARGE)),
    '<failed execution>': async () => {
      const policy = this.#unknownPolicy();
      const name = await this.#execution('failed', () => this.#report(['lamp.jpg'], policy));
      this.#register(policy);
      return name;
    },
    '<approval>': () => this.#approval(),
    '<another approval>': () => this.#approval(),
    '<request>': () => this.#openRequest(),
    '<another request>': () => this.#openRequest(),
  };

  /** A message whose cause is mended: the policy was not known when it was handled, and is now. */
  async #deadLetter(): Promise<string> {
    return (await this.#brokenMessage()).id;
  }

  async #brokenMessage(): Promise<DeadLetterEntry> {
    const policy = this.#unknownPolicy();
    await this.office.user.must('laneway', 'send', 'CheckCover', '--data', JSON.stringify({ policy }));
    const letter = await this.office.seen(`dead letter about ${policy}`, async ({ book }) => {
      const letters = await findDeadLetters(book, {});
      return letters.find((one) => JSON.stringify(one).includes(policy));
    });
    this.#register(policy);
    return letter;
  }

  /** Of a claim that has been settled. */
  async #conversation(): Promise<string> {
    const data = JSON.stringify({ claim: `H-${(this.#made += 1)}`, policy: 'P-1', photos: ['lamp.jpg'] });
    const sent = await this.#json('send', 'ClaimReported', '--data', data, '--wait', '2m');
    return (sent as { readonly correlationId: string }).correlationId;
  }

  async #report(photos: readonly string[], policy = 'P-1'): Promise<string> {
    return this.office.report(`H-${(this.#made += 1)}`, photos, policy);
  }

  /** An execution that the function begins, once it has come to that status. */
  async #execution(status: ExecutionStatus, begin: () => Promise<string>): Promise<string> {
    const name = await begin();
    return this.office.seen(`${name} to be ${status}`, async ({ executions }) =>
      (await executions.find('settle', name))?.status === status ? name : undefined,
    );
  }

  async #approval(): Promise<string> {
    return this.office.approvalOf(await this.#report(LARGE));
  }

  /** Only while nobody appraises. */
  async #openRequest(): Promise<string> {
    const execution = await this.#report(['door.jpg']);
    return this.office.seen('an open request', async (application) => {
      const open = await openRequests(DAY_MS, application);
      const own = open.find(({ waiter }) => waiter.kind === 'workflow' && waiter.execution === execution);
      return own?.type === 'AppraisePhoto' ? own.requestId : undefined;
    });
  }

  #unknownPolicy(): string {
    return `X-${(this.#made += 1)}`;
  }

  #register(policy: string): void {
    appendFileSync(this.office.path('policies.txt'), `${policy}\n`);
  }

  async #json(...command: string[]): Promise<unknown> {
    return JSON.parse((await this.office.user.must('laneway', '--json', ...command)).stdout) as unknown;
  }
}

const LARGE = ['windscreen.jpg', 'bonnet.jpg', 'door.jpg'];
