import { measureText } from '../../../shared/domain/emergency/emergency.js';
import type { EmergencyStatus } from '../../../shared/operator/emergency/roll-call.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** An emergency and its roll-call: `laneway emergency status`. */
export function emergencyLines(status: EmergencyStatus, paint: Paint): string[] {
  const { emergency, inForce, rollCall, missing, failed, isQuiet, quietAfter } = status;
  const { id, by, why, since, measures, ended } = emergency;
  const facts = [
    ['emergency', id],
    ['state', inForce ? 'in force' : `ended at ${ended?.at ?? ''}, by ${ended?.by ?? ''}: ${ended?.why ?? ''}`],
    ['declared', `${since}, by ${by}: ${why}`],
    ['measures', measures.map(({ measure }) => measureText(measure)).join(', ') || 'none'],
    [
      'heard',
      `${rollCall.length - missing.length - failed.length} of ${rollCall.length}${listed('missing', missing)}${listed('failed', failed)}`,
    ],
    ['quiet', isQuiet ? `yes${quietAfter === undefined ? '' : `, first seen after ${quietAfter} s`}` : 'no'],
  ];
  const head = ['agent', 'state', 'heard at', 'in hand'].map((text) => ({ text, paint: paint.faint }));
  const rows = rollCall.map(({ agent, state, heard = '', inHand }) => [
    agent,
    { text: state, paint: state === 'heard' ? paint.good : paint.bad },
    heard,
    inHand === undefined ? 'unknown' : String(inHand),
  ]);
  return [...table(facts), '', ...table(rows, { head })];
}

function listed(what: string, agents: readonly string[]): string {
  return agents.length > 0 ? `; ${what}: ${agents.join(', ')}` : '';
}
