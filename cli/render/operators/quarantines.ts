import { partyName, type Quarantine } from '../../../shared/domain/quarantine/quarantine.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** Quarantines as a table: `laneway quarantine list`. */
export function quarantineTable(application: string, quarantines: readonly Quarantine[], paint: Paint): string[] {
  if (quarantines.length === 0) return [`nobody of ${application} is in quarantine`];
  const head = ['in quarantine', 'since', 'by', 'why'].map((text) => ({ text, paint: paint.faint }));
  const rows = quarantines.map((one) => [partyName(one), one.since, one.by, one.why]);
  return table(rows, { head });
}

/** Steps of a quarantine or a release, each with what is true now. */
export function stepTable(
  steps: readonly { readonly step: string; readonly told: string; readonly done: boolean }[],
  paint: Paint,
): string[] {
  return table(
    steps.map(({ step, told, done }) => [
      { text: done ? 'done' : 'failed', paint: done ? paint.good : paint.bad },
      step,
      told,
    ]),
  );
}
