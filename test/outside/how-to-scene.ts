import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutsideUser } from '../kit/stands/outside-user.js';

/** Things that the how-tos speak of, in the deployed claims application: made when a page needs them. */
export class HowToScene {
  #made = 0;

  constructor(private readonly user: OutsideUser) {}

  /** The value of a placeholder; an id that is there from now on. @throws Error for one that nobody knows */
  async fill(placeholder: string): Promise<string> {
    const make = this.#makers[placeholder];
    if (make === undefined) throw new Error(`no scene for ${placeholder}`);
    return make();
  }

  readonly #makers: Readonly<Record<string, () => Promise<string>>> = {
    '<dead letter>': () => this.#deadLetter(),
    '<group>': async () => {
      await this.#deadLetter();
      const [group] = (await this.#json('dlq', 'groups')) as { readonly signature: string }[];
      return `'${group?.signature ?? ''}'`;
    },
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
    const policy = this.#unknownPolicy();
    await this.user.must('laneway', 'send', 'CheckCover', '--data', JSON.stringify({ policy }));
    const id = await this.#eventually(`dead letter about ${policy}`, async () => {
      const letters = (await this.#json('dlq', 'list')) as { readonly id: string }[];
      return letters.find((letter) => JSON.stringify(letter).includes(policy))?.id;
    });
    this.#register(policy);
    return id;
  }

  /** Of a claim that has been settled. */
  async #conversation(): Promise<string> {
    const data = JSON.stringify({ claim: `H-${(this.#made += 1)}`, policy: 'P-1', photos: ['lamp.jpg'] });
    const sent = await this.#json('send', 'ClaimReported', '--data', data, '--wait', '2m');
    return (sent as { readonly correlationId: string }).correlationId;
  }

  async #report(photos: readonly string[], policy = 'P-1'): Promise<string> {
    const claim = `H-${(this.#made += 1)}`;
    const data = JSON.stringify({ claim, policy, photos });
    const { id } = (await this.#json('send', 'ClaimReported', '--data', data)) as { readonly id: string };
    return `settle-${id}`;
  }

  /** An execution that the function begins, once it has come to that status. */
  async #execution(status: string, begin: () => Promise<string>): Promise<string> {
    const name = await begin();
    return this.#eventually(`${name} to be ${status}`, async () => {
      const { code, stdout } = await this.user.run('laneway', '--json', 'workflow', 'get', name);
      return code === 0 && (JSON.parse(stdout) as { readonly status: string }).status === status ? name : undefined;
    });
  }

  async #approval(): Promise<string> {
    const ids = async () => ((await this.#json('approval', 'list')) as { readonly id: string }[]).map(({ id }) => id);
    const before = new Set(await ids());
    await this.#report(LARGE);
    return this.#eventually('an approval', async () => (await ids()).find((id) => !before.has(id)));
  }

  /** Only while nobody appraises. */
  async #openRequest(): Promise<string> {
    const ids = async () =>
      ((await this.#json('requests', 'list')) as { readonly requestId: string; readonly type: string }[])
        .filter(({ type }) => type === 'AppraisePhoto')
        .map(({ requestId }) => requestId);
    const before = new Set(await ids());
    await this.#report(['door.jpg']);
    return this.#eventually('an open request', async () => (await ids()).find((id) => !before.has(id)));
  }

  #unknownPolicy(): string {
    return `X-${(this.#made += 1)}`;
  }

  #register(policy: string): void {
    appendFileSync(join(this.user.directory, 'policies.txt'), `${policy}\n`);
  }

  async #json(...command: string[]): Promise<unknown> {
    return JSON.parse((await this.user.must('laneway', '--json', ...command)).stdout) as unknown;
  }

  async #eventually<Found>(what: string, find: () => Promise<Found | undefined>): Promise<Found> {
    // A command that looks again at once takes the processor from what it looks for.
    for (const giveUp = Date.now() + 120_000; Date.now() < giveUp; await sleep(500)) {
      const found = await find();
      if (found !== undefined) return found;
    }
    throw new Error(`${what}: not within two minutes`);
  }
}

const LARGE = ['windscreen.jpg', 'bonnet.jpg', 'door.jpg'];
