import { visibleLine } from '../../../../shared/domain/base/visible-text.js';
import { LanewayError, unknownName } from '../../../../shared/domain/base/errors.js';
import { actedBy } from '../../../../shared/domain/evidence/caller.js';
import type { InProcess } from '../../../../shared/in-process/in-process.js';
import { MemoryCaller } from '../../../../shared/testing/memory/evidence/memory-caller.js';
import type { Topology } from '../../../../shared/topology/topology.js';
import { actingUser } from '../../../context/acting-user.js';
import { checkPayload } from '../../../input/check-payload.js';
import { isRequest, onlyClientFor, typeNamed } from '../../messages/send.js';
import type { Output } from '../../../context/output.js';

const REPLY_WITHIN = '30 seconds';

const HELP = [
  'send <Type> <JSON>         publish a message as the client that declares it; a command that names a reply waits for it',
  'trace <conversation>       what became of it',
  'letters                    dead letters',
  'approvals                  approvals that workflows wait for',
  'approve <id> <reason>      decide one; or: reject <id> <reason>',
];

/** Runs commands from lines of standard input on an application in process. Answers are data, and go to stdout. */
export class DevConsole {
  constructor(
    private readonly topology: Topology,
    private readonly app: InProcess,
    private readonly output: Output,
  ) {}

  /** Runs one line. @throws LanewayError INVALID_OPTION for an unknown command, and the errors of a known one */
  async run(line: string): Promise<void> {
    const [, word = '', first = '', rest = ''] = /^\s*(\S+)\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
    const command = this.#commands[word];
    if (command === undefined) {
      throw unknownName(
        'INVALID_OPTION',
        `'${word}' is no command`,
        word,
        Object.keys(this.#commands),
        'standard input',
      );
    }
    await command(first, rest);
  }

  readonly #commands: Readonly<Record<string, (first: string, rest: string) => Promise<void> | void>> = {
    help: () => this.#print(HELP, HELP),
    send: (type, data) => this.#send(type, data),
    trace: (id) => {
      const { entries, sequence } = this.app.conversation(id);
      this.#print(entries, [sequence]);
    },
    letters: async () => {
      const letters = await this.app.deadLetters();
      this.#print(
        letters,
        letters.map(({ id, receiver, facts, error }) =>
          visibleLine([id, receiver, facts?.type ?? '?', `${error.code}: ${error.message}`].join('  ')),
        ),
        'no dead letters',
      );
    },
    approvals: async () => {
      const open = await this.app.approvals();
      this.#print(
        open,
        open.map(({ requestId, approval, correlationId }) =>
          visibleLine(`${requestId}  ${approval?.title ?? ''}  ${correlationId}`),
        ),
        'no approval is waited for',
      );
    },
    approve: (id, why) => this.#decide(id, 'approved', why),
    reject: (id, why) => this.#decide(id, 'rejected', why),
  };

  async #send(name: string, text: string): Promise<void> {
    const type = typeNamed(this.topology, name);
    const as = onlyClientFor(this.topology, type);
    const data = parse(text);
    checkPayload(type, data);
    if (isRequest(type)) {
      const reply: unknown = await this.app.request(type, data, { as, timeout: REPLY_WITHIN });
      this.#print(reply, [JSON.stringify(reply)]);
    } else {
      const receipt = await this.app.publish(type, data, { as });
      this.#print(receipt, [receipt.correlationId]);
    }
  }

  async #decide(id: string, decision: 'approved' | 'rejected', why: string): Promise<void> {
    await this.app.decide(id, decision, { by: actedBy(await new MemoryCaller().identity(), actingUser()), why });
    this.#print({ id, decision }, [`${id} ${decision}`]);
  }

  #print(value: unknown, lines: readonly string[], none = ''): void {
    this.output.result(value, () => (lines.length === 0 ? none : lines.join('\n')));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LanewayError('INVALID_OPTION', `the payload is no JSON: ${text}`, {
      cause,
      help: ['allowed: send <Type> <JSON>, in one line: send OrderPlaced {"order":"o-1"}'],
    });
  }
}
