import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { taken, THERE_ALREADY, type Addition } from './addition.js';
import type { ModuleSource } from './module-source.js';
import { readModules, type UserModules } from './user-modules.js';
import type { Project } from '../../../context/project.js';

/** Options of `laneway add message`. */
export interface AddMessageOptions {
  readonly event?: boolean;
  readonly command?: boolean;
  /** The event that answers the command; made when there is none of that name. */
  readonly reply?: string;
}

type Kind = 'event' | 'command';

/**
 * Adds a message type to the module with the messages.
 * @throws LanewayError INVALID_OPTION for a name or options that cannot be taken
 */
export function addMessage(project: Project, name: string, options: AddMessageOptions): Addition {
  const { event = false, command = false, reply } = options;
  checkTypeName(name);
  if (event === command) {
    throw new LanewayError('INVALID_OPTION', `say whether ${name} is an event or a command`, {
      help: [
        `a fact, in the past tense: laneway add message ${name} --event`,
        `an instruction, in the imperative: laneway add message ${name} --command [--reply <Event>]`,
      ],
    });
  }
  if (event && reply !== undefined) {
    throw new LanewayError('INVALID_OPTION', `${name} is an event, and events have no reply`, {
      help: [`leave --reply away, or make it a command: laneway add message ${name} --command --reply ${reply}`],
    });
  }
  if (reply !== undefined) checkTypeName(reply);
  const modules = readModules(project);
  const kind: Kind = event ? 'event' : 'command';
  const present = kindIn(modules.messages, name);
  if (present !== undefined) {
    if (present !== kind)
      throw taken(
        kind,
        name,
        `it is ${present === 'other' ? 'something else' : `an ${present}`} in ${modules.messages.file}`.replace(
          'an command',
          'a command',
        ),
      );
    return checkedReply(modules, name, reply);
  }
  const replyKind = reply === undefined ? 'event' : (kindIn(modules.messages, reply) ?? 'new');
  if (replyKind !== 'event' && replyKind !== 'new')
    throw taken('reply', reply ?? '', `it is no event in ${modules.messages.file}`);
  const { messages } = modules;
  messages.addZod();
  messages.addImport(kind, 'laneway/message');
  if (replyKind === 'new' && reply !== undefined) {
    messages.addImport('event', 'laneway/message');
    messages.append(`export const ${reply} = event('${reply}', z.object({}));`);
  }
  const answered = reply === undefined ? '' : `, { reply: ${reply} }`;
  messages.append(`export const ${name} = ${kind}('${name}', z.object({})${answered});`);
  return {
    edited: [messages],
    created: new Map(),
    next: [
      `write the fields of ${[name, ...(replyKind === 'new' && reply !== undefined ? [reply] : [])].join(' and ')} in ${messages.file}`,
      `let a channel carry it: laneway add channel <name> --carries ${name}`,
    ],
  };
}

/** The kind of message type that has a name here; undefined when the name is free. */
export function kindIn(module: ModuleSource, name: string): Kind | 'other' | undefined {
  const found = module.declared.find((one) => one.name === name);
  if (found === undefined) return module.imported.includes(name) ? 'other' : undefined;
  const { value } = found;
  const called = value?.type === 'CallExpression' && value.callee.type === 'Identifier' ? value.callee.name : undefined;
  return called === 'event' || called === 'command' ? called : 'other';
}

/** The reply that a command declares; undefined when it has none. */
export function replyIn(module: ModuleSource, name: string): string | undefined {
  const value = module.declared.find((one) => one.name === name)?.value;
  if (value?.type !== 'CallExpression') return undefined;
  const options = value.arguments[2];
  return options === undefined
    ? undefined
    : /\breply:\s*([A-Za-z_$][\w$]*)/.exec(module.original.slice(options.start ?? 0, options.end ?? 0))?.[1];
}

function checkedReply({ messages }: UserModules, name: string, reply: string | undefined): Addition {
  const declared = replyIn(messages, name);
  if (reply === undefined || reply === declared) return THERE_ALREADY;
  throw taken('command', name, `it is there with ${declared === undefined ? 'no reply' : `the reply ${declared}`}`);
}

function checkTypeName(name: string): void {
  if (/^[A-Z][A-Za-z0-9]{0,127}$/.test(name)) return;
  const close = name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  throw new LanewayError('INVALID_OPTION', `'${name}' cannot name a message type`, {
    help: [
      'allowed: PascalCase letters and digits, at most 128',
      ...(/^[A-Z][A-Za-z0-9]*$/.test(close) ? [`did you mean '${close}'?`] : []),
    ],
  });
}
