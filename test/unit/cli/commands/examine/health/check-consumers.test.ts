import { consumerFaults, type Mapping } from '../../../../../../cli/commands/examine/health/check-consumers.js';
import { judgeQueues } from '../../../../../../cli/commands/examine/health/check-application.js';
import { ok } from '../../../../../../cli/commands/examine/health/check-result.js';
import { shop } from '../../../../../kit/applications/fixture-topology.js';

describe('consumers', () => {
  const deployment = {
    ...{ LaneScannerDirectLow: 'https://sqs/1/scan-low', DeadLettersScanner: 'https://sqs/1/scan-dead' },
    ...{ FunctionScanner: 'scan', PlatformFunctionDeadLetters: 'drain', TimerQueue: 'https://sqs/1/timers' },
  };
  const lanes = shop.model.agents['scanner']?.lanes ?? [];
  const mapping = (queue: string, fn: string, State = 'Enabled'): Mapping => ({
    ...{ EventSourceArn: `arn:aws:sqs:eu-west-1:1:${queue}`, State },
    FunctionArn: `arn:aws:lambda:eu-west-1:1:function:${fn}`,
  });

  it('are enough with an enabled mapping of an own function for each queue', () => {
    expect(lanes).toContain('low');
    const whole = [mapping('scan-low', 'scan'), mapping('scan-dead', 'drain')];
    expect(consumerFaults(shop.model, deployment, whole)).toEqual([]);
    expect(consumerFaults(shop.model, deployment, [mapping('scan-low', 'scan', 'Disabled'), whole[1] ?? {}])).toEqual([
      'nothing empties scanner direct-low: its mapping is Disabled',
    ]);
    expect(consumerFaults(shop.model, deployment, [mapping('scan-low', 'elsewhere'), whole[1] ?? {}])).toEqual([
      'nothing empties scanner direct-low: its mapping is not there',
    ]);
  });

  it('are asked for of every deployed function of the platform behind the timers and the stream', () => {
    const whole = [mapping('scan-low', 'scan'), mapping('scan-dead', 'drain')];
    const more = { ...deployment, PlatformFunctionDeadlines: 'late', PlatformFunctionLedgerStream: 'archive' };
    expect(consumerFaults(shop.model, more, whole)).toEqual([
      'nothing empties (platform) timers: its mapping is not there',
      "nothing reads the ledger's stream: its mapping is not there",
    ]);
    const stream = { EventSourceArn: 'arn:aws:dynamodb:eu-west-1:1:table/t/stream/s', State: 'Disabled' };
    const archive = { ...stream, FunctionArn: 'arn:aws:lambda:eu-west-1:1:function:archive' };
    expect(consumerFaults(shop.model, more, [...whole, mapping('timers', 'late'), archive])).toEqual([
      "nothing reads the ledger's stream: its mapping is Disabled",
    ]);
    const enabled = { ...archive, State: 'Enabled' };
    expect(consumerFaults(shop.model, more, [...whole, mapping('timers', 'late'), enabled])).toEqual([]);
  });

  it('of an agent in quarantine are not asked for, until it is released', () => {
    const held = { kind: 'agent', name: 'scanner', by: 'ana', why: 'it lied', since: '2026-01-01T00:00:00Z' } as const;
    const mappings = [mapping('scan-low', 'scan', 'Disabled'), mapping('scan-dead', 'drain')];
    expect(consumerFaults(shop.model, deployment, mappings, { quarantines: [held] })).toEqual([]);
    const released = { ...held, released: '2026-01-02T00:00:00Z' };
    expect(consumerFaults(shop.model, deployment, mappings, { quarantines: [released] })).toHaveLength(1);
    expect(consumerFaults(shop.model, deployment, [], { quarantines: [held] })).toEqual([
      expect.stringContaining('dead'),
    ]);
  });

  it('of an agent that is drained are not asked for, but those of one whose instance is', () => {
    const drain = { agent: 'scanner', by: 'ana', why: 'new lamps', since: '2026-01-01T00:00:00Z' };
    const mappings = [mapping('scan-low', 'scan', 'Disabled'), mapping('scan-dead', 'drain')];
    expect(consumerFaults(shop.model, deployment, mappings, { drains: [drain] })).toEqual([]);
    expect(consumerFaults(shop.model, deployment, mappings, { drains: [{ ...drain, instance: 'one' }] })).toHaveLength(
      1,
    );
  });

  it('of a worker are processes, which no mapping tells of', () => {
    const { scanner } = shop.model.agents;
    if (scanner === undefined) throw new Error('the shop has no scanner');
    const model = { ...shop.model, agents: { ...shop.model.agents, scanner: { ...scanner, runs: 'worker' as const } } };
    expect(consumerFaults(model, deployment, [mapping('scan-dead', 'drain')])).toEqual([]);
  });

  it('that lag behind are named, by the depth of the channel', () => {
    const queue = { owner: 'clerk', queue: 'normal', kind: 'lane' as const, url: '', inFlight: 2, delayed: 0 };
    const most = Math.min(
      ...Object.values(shop.model.channels)
        .filter(({ subscribers }) => subscribers.includes('clerk'))
        .map(({ qos }) => qos.maxDepth),
    );
    expect(judgeQueues(shop.model, [{ ...queue, depth: most }])).toEqual(
      ok(`1 queues, ${most} messages wait, 2 are in flight`),
    );
    expect(judgeQueues(shop.model, [{ ...queue, depth: most + 1 }]).told).toBe(
      `too many wait: clerk normal: ${most + 1}`,
    );
    const dead = { ...queue, queue: 'dead letters', kind: 'dead-letters' as const, depth: 1 };
    expect(judgeQueues(shop.model, [dead])).toMatchObject({ state: 'warn', fix: 'laneway queues' });
  });
});
