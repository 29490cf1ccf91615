import type { DeadLetterEntry } from '../../shared/domain/delivery/dead-letter.js';
import type { Examination } from '../../shared/operator/dead-letters/examine-dead-letter.js';
import { groupId, stateOf, type DeadLetterGroup } from '../../shared/operator/dead-letters/dead-letter-groups.js';
import type { Redriven } from '../../shared/operator/dead-letters/redrive-dead-letter.js';
import type { Paint } from './paint.js';
import { table } from './table.js';

/** Groups as a table: `laneway dlq groups`. */
export function groupTable(application: string, groups: readonly DeadLetterGroup[], paint: Paint): string[] {
  if (groups.length === 0) return [`${application} has no such dead letters`];
  const head = heads(
    ['group', 'count', 'tries', 'receivers', 'types', 'versions', 'first seen', 'last seen', 'signature'],
    paint,
  );
  const rows = groups.map(({ id, count, tries, receivers, types, versions, first, last, signature }) => [
    ...[id, String(count), String(tries), receivers.join(', '), types.join(', ')],
    ...[versions.join(', '), first, last],
    { text: signature, paint: paint.bad },
  ]);
  return table(rows, { head, right: [1, 2] });
}

/** Dead letters as a table: `laneway dlq list`. */
export function deadLetterTable(application: string, letters: readonly DeadLetterEntry[], paint: Paint): string[] {
  if (letters.length === 0) return [`${application} has no such dead letters`];
  const head = heads(['id', 'group', 'state', 'reason', 'receiver', 'type', 'tries', 'last seen', 'error'], paint);
  const rows = letters.map((letter) => [
    ...[letter.id, groupId(letter.signature), stateOf(letter), letter.reason, letter.receiver],
    ...[letter.facts?.type ?? '', String(letter.tries), letter.at],
    { text: firstLine(letter.error.message), paint: paint.bad },
  ]);
  return table(rows, { head, right: [6] });
}

/** Results of a redrive as a table, one row a dead letter. */
export function redrivenTable(redriven: readonly Redriven[], paint: Paint): string[] {
  if (redriven.length === 0) return ['no dead letter is meant by that'];
  const head = heads(['id', 'type', 'receiver', 'result', 'why'], paint);
  const rows = redriven.map(({ id, type = '', receiver, result, why = '' }) => [
    ...[id, type, receiver],
    {
      text: result,
      paint: { sent: paint.good, 'would-send': paint.good, skipped: paint.warn, failed: paint.bad }[result],
    },
    why,
  ]);
  return table(rows, { head });
}

/** A whole dead letter: `laneway dlq get`. */
export function deadLetterLines(seen: Examination, paint: Paint): string[] {
  const { letter, decoded, data, delivery, misfits, obstacle } = seen;
  const { resolution } = letter;
  const rows: [string, string][] = [
    ['dead letter', letter.id],
    ['group', `${groupId(letter.signature)}  ${letter.signature}`],
    ['conversation', letter.correlationId],
    ['receiver', letter.receiver],
    ['reason', `${letter.reason}, after ${letter.tries} ${letter.tries === 1 ? 'try' : 'tries'}`],
    ...(letter.version === undefined ? [] : [['agent version', letter.version] satisfies [string, string]]),
    ['first seen', letter.first ?? letter.at],
    ['last seen', letter.at],
    ['redrives', String(letter.redrives ?? 0)],
    ['state', resolution ? `${resolution.state} by ${resolution.by}, ${resolution.at}: ${resolution.why}` : 'open'],
    ...(resolution?.successor === undefined ? [] : [['successor', resolution.successor] satisfies [string, string]]),
    ...(letter.vouched === true || !decoded
      ? []
      : [['vouched for', `by '${letter.receiver}' alone; a redrive needs --vouch`] satisfies [string, string]]),
    ['delivery', delivery ? `${delivery.state}, updated ${delivery.updated}` : 'not in the ledger'],
  ];
  const { data: _data, ...envelope } = decoded?.envelope ?? { data: undefined };
  return [
    ...table(rows),
    ...['', paint.strong('error'), ...indented(letter.error.message).map(paint.bad)],
    ...(decoded
      ? ['', paint.strong('envelope'), ...json(envelope), '', paint.strong('data'), ...json(data)]
      : ['', paint.strong('received'), ...indented(seen.body ?? '(the payload store no longer has it)')]),
    ...(misfits.length === 0
      ? []
      : [
          ...['', paint.strong('does not fit the schema')],
          ...table(
            misfits.map(({ path, problem, found }) => [
              path,
              { text: problem, paint: paint.bad },
              `found ${JSON.stringify(found)}`,
            ]),
            { indent: '  ' },
          ),
        ]),
    '',
    obstacle
      ? paint.warn(`a redrive would be refused: ${obstacle.code}: ${firstLine(obstacle.message)}`)
      : paint.good('a redrive would be accepted by topology and schema as they are now'),
  ];
}

function heads(names: readonly string[], paint: Paint) {
  return names.map((text) => ({ text, paint: paint.faint }));
}

function json(value: unknown): string[] {
  return indented(JSON.stringify(value, null, 2) ?? 'undefined');
}

/** Lines of somebody else's text, which none of ours looks like. */
function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
