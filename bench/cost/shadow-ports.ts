import type { WorldPorts } from '../../shared/testing/harness/process-ports.js';

type Call = (...given: unknown[]) => Promise<unknown>;
type Walk = (...given: unknown[]) => AsyncIterable<unknown>;

/** Ports that reach nothing outside, or whose calls are on no bill: Step Functions bills transitions, Lambda invocations. */
const FREE: readonly (keyof WorldPorts)[] = [
  ...(['clock', 'choices', 'unreadable', 'returns'] as const),
  ...(['starter', 'resumer', 'executions', 'executionFacts'] as const),
];

/**
 * Has every call of a world's ports made a second time, of the adapters that work on AWS: the stores in memory say what becomes
 * of it, and the adapters' requests what it costs.
 * @param adapters ports on AWS over metered clients
 */
export function shadowPorts(ports: WorldPorts, adapters: Readonly<Record<string, object>>): void {
  const shadowed = ports as unknown as Record<string, object>;
  for (const name of Object.keys(ports) as (keyof WorldPorts)[]) {
    if (!FREE.includes(name)) shadowed[name] = shadowedPort(name, ports[name], adapters[name] ?? missing(name));
  }
}

function missing(name: string): never {
  throw new Error(`there is no adapter of the port '${name}'`);
}

function shadowedPort(name: string, port: object, adapter: object): object {
  return new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      const twin: unknown = Reflect.get(adapter, key, adapter);
      if (typeof member !== 'function') return member;
      if (typeof twin !== 'function')
        throw new Error(`no adapter on AWS has '${name}.${String(key)}': its calls would cost nothing`);
      if (isWalk(member)) {
        return async function* (...given: unknown[]) {
          for await (const _ of (twin as Walk).apply(adapter, given));
          yield* member.apply(target, given);
        };
      }
      return async (...given: unknown[]) => {
        const answer = await (member as Call).apply(target, given);
        await (twin as Call).apply(adapter, given);
        return answer;
      };
    },
  });
}

function isWalk(member: object): member is Walk {
  return Object.prototype.toString.call(member) === '[object AsyncGeneratorFunction]';
}
