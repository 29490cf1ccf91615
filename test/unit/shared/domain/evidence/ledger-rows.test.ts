import type { ArchiveRecord } from '../../../../../shared/domain/evidence/archive.js';
import { entryFacts, rowsOf } from '../../../../../shared/domain/evidence/ledger-rows.js';
import { change } from '../../../../kit/stands/ledger-evidence.js';

describe('the rows of an export', () => {
  it('say who got what, how long it took, and what went wrong', () => {
    const line = { ...change(1, { state: 'dead-lettered' }), chain: 'stream', number: 2 };
    const rows = rowsOf(line);
    expect(rows.message_audit).toMatchObject({ messageId: 'm-1', receiver: 'clerk', state: 'dead-lettered', tries: 1 });
    expect(rows.performance).toMatchObject({ waitMs: 10, handlingMs: 30, totalMs: 40 });
    expect(rows.errors).toMatchObject({ code: 'HANDLER', message: 'it broke – ungünstig', retryable: true });
    expect(rowsOf({ ...line, ...change(1, { state: 'leased' }) })).toEqual({
      message_audit: expect.anything() as unknown,
    });
  });

  it('are made of entries of kinds that are not known, too', () => {
    const entry = { kind: 'inspection', at: 't', inspection: { id: 'i', messageId: 'm', state: 'passed', by: 'kim' } };
    const record = { ...change(1), entry: entry as unknown as ArchiveRecord['entry'] };
    expect(entryFacts(record)).toMatchObject({ kind: 'inspection', messageId: 'm', state: 'passed', by: 'kim' });
  });
});
