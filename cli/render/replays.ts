import type { ReplayReport } from '../../shared/operator/replay/replay-services.js';
import type { Paint } from './paint.js';
import { table } from './table.js';

/** Results of a replay as a table, one row a message. */
export function replayTable(reports: readonly ReplayReport[], paint: Paint): string[] {
  const rows = reports.flatMap(({ conversation, messages }) =>
    messages.map(({ messageId, type, receivers, result, why = '', as = '' }) => [
      ...[conversation, messageId, type, receivers.join(', ')],
      {
        text: result,
        paint: {
          ...{ sent: paint.good, 'would-send': paint.good },
          ...{ already: paint.faint, skipped: paint.warn, failed: paint.bad },
        }[result],
      },
      why === '' ? as : why,
    ]),
  );
  if (rows.length === 0) return ['nothing is missing there; --new-generation has it all handled once more'];
  const head = ['conversation', 'message', 'type', 'receivers', 'result', 'why, or its new id'];
  return table(rows, { head: head.map((text) => ({ text, paint: paint.faint })) });
}
