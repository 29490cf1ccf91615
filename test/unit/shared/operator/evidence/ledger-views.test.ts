import { ledgerStats, percentile, viewEntries } from '../../../../../shared/operator/evidence/ledger-views.js';
import { sampleLedger } from '../../../../kit/stands/ledger-evidence.js';

describe('views of the archive', () => {
  it('count a delivery once, as it last stood', async () => {
    const { archive } = await sampleLedger();
    expect(await ledgerStats(archive, 'agent', {})).toMatchObject([
      { of: 'clerk', deliveries: 7, completed: 5, deadLettered: 2, inFlight: 0, waitP50: 10, handlingP99: 30 },
      { of: 'packer', deliveries: 1, completed: 1 },
    ]);
    expect(await ledgerStats(archive, 'state', { to: '2026-11-21T00:00:00.000Z' })).toMatchObject([
      { of: 'completed', deliveries: 3 },
      { of: 'dead-lettered', deliveries: 1 },
    ]);
    expect((await viewEntries(archive, { state: 'leased' })).length).toBe(0);
    const dead = await viewEntries(archive, { state: 'dead-lettered', agent: 'clerk', type: 'OrderPlaced' });
    expect(dead.map(({ messageId }) => messageId)).toEqual(['m-21', 'm-11']);
    expect(await viewEntries(archive, { from: '2026-11-21T00:00:00.000Z' })).toHaveLength(4);
  });

  it('take percentiles by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([7], 0.99), percentile([], 0.5)]).toEqual([
      50,
      99,
      7,
      undefined,
    ]);
  });
});
