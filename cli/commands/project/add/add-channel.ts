import { LanewayError, unknownName } from '../../../../shared/domain/base/errors.js';
import type { Project } from '../../../context/project.js';
import { kindIn } from './add-message.js';
import { taken, THERE_ALREADY, type Addition } from './addition.js';
import { propertyKey, namesIn, propertiesOf } from './module-source.js';
import { declaredTopology, importPath, partOf, readModules } from './user-modules.js';

/**
 * Adds a channel to the topology.
 * @param carries names of message types of the project, at least one
 * @throws LanewayError INVALID_OPTION, UNKNOWN_TYPE; CONFIGURATION for a topology that is not written out
 */
export function addChannel(project: Project, name: string, carries: readonly string[]): Addition {
  if (!/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/.test(name) || name.startsWith('system.') || name.startsWith('workflow.')) {
    throw new LanewayError('INVALID_OPTION', `'${name}' cannot name a channel`, {
      help: ["allowed: lower-case words joined by dots, as in 'orders.placed'; not system.* and workflow.*"],
    });
  }
  const modules = readModules(project);
  const { topology, messages } = modules;
  const value = `{ carries: [${carries.join(', ')}] }`;
  const snippet = `channels: {\n  ${propertyKey(name)}: ${value},\n},`;
  const { spec } = declaredTopology(modules, snippet);
  const channels = partOf(modules, spec, 'channels', snippet);
  const present = channels?.entries.get(name)?.value;
  if (present !== undefined) {
    const own = present.type === 'ObjectExpression' ? propertiesOf(present)?.get('carries')?.value : undefined;
    const carried = namesIn(own);
    if (carried !== undefined && carries.every((type) => carried.includes(type))) return THERE_ALREADY;
    throw taken('channel', name, `it is there and carries ${carried?.join(', ') ?? 'what is not written out'}`);
  }
  for (const type of carries) {
    const kind = kindIn(messages, type) ?? (topology.imported.includes(type) ? 'imported' : undefined);
    if (kind !== undefined && kind !== 'other') continue;
    const known = messages.declared.filter((one) => ['event', 'command'].includes(kindIn(messages, one.name) ?? ''));
    const what = `channel '${name}' is to carry ${type}, which is no message type of ${messages.file}`;
    throw unknownName(
      'UNKNOWN_TYPE',
      what,
      type,
      known.map((one) => one.name),
      `laneway add message ${type}`,
    );
  }
  if (channels === undefined) topology.addProperty(spec, 'channels', `{ ${propertyKey(name)}: ${value} }`);
  else topology.addProperty(channels.object, propertyKey(name), value);
  if (messages !== topology)
    for (const type of carries) topology.addImport(type, importPath(topology.file, messages.file));
  const commands = carries.filter((type) => kindIn(messages, type) === 'command');
  return {
    edited: [topology],
    created: new Map(),
    next: [
      ...(commands.length === 0 ? [] : [`a command needs a receiver (${commands.join(', ')}):`]),
      `let an agent hear it: laneway add agent <name> --subscribes ${name}`,
    ],
  };
}
