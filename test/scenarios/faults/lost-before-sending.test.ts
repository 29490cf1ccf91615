import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import { sweepDeep } from '../../../shared/platform/supervision/sweep-deep.js';
import { ledgerArchive } from '../../kit/stands/ledger-archive.js';
import { ParcelCame, troubledDepot } from '../../kit/stands/troubled-depot.js';

const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A depot, and the run of the deep sweep that its archive would have each day. */
function depotWithArchive() {
  const stand = troubledDepot();
  const { world, topology, harness } = stand;
  const { ports, ledger, starts } = world;
  const services = {
    ...{ ...ports, topology, log: LOG, starts, archive: ledgerArchive(ledger), conversations: ledger, senders: ports },
    ...{ publishing: publisherOf(topology, { kind: 'platform', name: 'sweeper' }, ports), count: () => undefined },
  };
  const sweepDaily = async (days: number): Promise<void> => {
    for (let day = 0; day < days; day++) {
      await harness.advance('1 day');
      await sweepDeep(services, Infinity);
    }
    await harness.settle();
  };
  return { ...stand, sweepDaily };
}

test.each(['after-outcome', 'before-emit', 'mid-emit'] as const)(
  'a process dies %s and its copies are purged: what its handler published arrives all the same',
  async (point) => {
    const { harness, heard, tries, sweepDaily } = depotWithArchive();
    harness.faults.crash('porter', point);
    const { correlationId } = await harness.publish(ParcelCame, { parcel: 'p-1' });
    await harness.advance('1 second');
    expect(harness.faults.purge('porter')).toBe(1);
    await harness.advance('2 hours');
    expect(harness.conversation(correlationId).account.missing.length).toBeGreaterThan(0);
    await sweepDaily(2);
    const { account, entries, sequence } = harness.conversation(correlationId);
    expect({ ...account, sequence }).toMatchObject({ expected: 4, completed: 4, missing: [], inFlight: [] });
    expect(entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
    expect([...heard].sort()).toEqual(['p-1 on 1', 'p-1 weighs 3']);
    expect(tries()).toBe(1);
  },
);
