import { createAgent } from 'laneway/agent';
import { extendPath, mayHold, stepOf, visitsOf } from '../../../../../shared/domain/delivery/causal-path.js';
import { parseEnvelope } from '../../../../../shared/domain/wire/envelope.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { guarded } from '../../../../kit/applications/guard-topology.js';

describe('a path', () => {
  it('tells agents, types and keys apart, and counts visits at step boundaries only', () => {
    const steps = [stepOf('a', 'T', 'k'), stepOf('a', 'T'), stepOf('b', 'T', 'k'), stepOf('a', 'U', 'k')];
    expect(new Set(steps).size).toBe(4);
    expect(steps.every((step) => /^[\w-]{4}$/.test(step))).toBe(true);
    const path = [...steps, ...steps, stepOf('a', 'T')].reduce<string | undefined>(extendPath, undefined) ?? '';
    expect(path).toHaveLength(36);
    expect(visitsOf(path, stepOf('a', 'T'))).toBe(3);
    expect(visitsOf(path, stepOf('b', 'T', 'k'))).toBe(2);
    expect(visitsOf(path, path.slice(1, 5))).toBe(0);
    expect([mayHold(path, 9), mayHold(path, 10), mayHold(undefined, 1)]).toEqual([true, false, false]);
  });

  it('keeps its last 64 steps, which is what an envelope takes', () => {
    let path: string | undefined;
    for (let index = 0; index < 100; index++) path = extendPath(path, stepOf('a', 'T', String(index)));
    expect(path).toHaveLength(256);
    expect(path?.endsWith(stepOf('a', 'T', '99'))).toBe(true);
    expect(visitsOf(path ?? '', stepOf('a', 'T', '35'))).toBe(0);
    expect(visitsOf(path ?? '', stepOf('a', 'T', '36'))).toBe(1);
    const stand = agentStand(
      createAgent(guarded, 'pinger')
        .handle({ Pong: () => undefined })
        .with({}),
    );
    expect(parseEnvelope(stand.envelope('Pong', { round: 1 }, { path: path ?? '' })).path).toBe(path);
  });
});
