import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { ACCEPTED } from './accepted.js';
import { decideAll, onEngine, possibilities } from './matrix.js';
import { pageOf } from './page.js';
import { POLICY_ATTACKS } from './policy-attacks.js';
import { RUN_ATTACKS } from './run-attacks.js';
import { places } from './subjects.js';

/**
 * The matrix of docs/security.md: every attack with the credentials of every role.
 *
 *   npm run security [-- --quick] [--json]
 *
 * Calls of AWS are decided on the synthesized policies, by an evaluator with AWS's types of condition keys; messages, rows and
 * objects are tried in the harness. Writes docs/security.md unless `--quick`, which decides the same and writes nothing. The
 * last line with `--json` is `{attacks, cells, refused, possible}`. Ends with 1 when something of severity high or critical is
 * possible, or when a possibility is listed as known that is none.
 */
const PAGE = join(process.cwd(), 'docs', 'security.md');
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  say('synthesizing two applications');
  const found = places();
  say(found.map(({ topology, subjects }) => `${topology.name}: ${subjects.length} roles`).join(', '));
  const attacks = [...POLICY_ATTACKS, ...RUN_ATTACKS];
  const cells = await decideAll(found, attacks, say);
  const { possible, stale } = possibilities(cells, attacks, ACCEPTED);
  const grave = possible.filter(({ severity }) => severity === 'critical' || severity === 'high');
  for (const { severity, attack, role, why } of grave) say(`${severity}: ${attack} by ${role}: ${why}`);
  for (const { attack, role } of stale)
    say(`listed as possible and refused: ${attack} by ${role.source}; take it out of accepted.ts`);
  if (!values.quick) {
    const engineCells = await decideAll(found.map(onEngine), POLICY_ATTACKS, () => undefined);
    const text = pageOf({ attacks, cells, engineCells, possible });
    writeFileSync(PAGE, await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
    say('written: docs/security.md');
  }
  const refused = cells.filter((cell) => cell.possible === undefined).length;
  const counts = { attacks: attacks.length, cells: cells.length, refused };
  if (values.json) process.stdout.write(`${JSON.stringify({ ...counts, possible })}\n`);
  else
    process.stdout.write(
      `${counts.attacks} attacks, ${counts.cells} cells, ${refused} refused, ${possible.length} possible\n`,
    );
  say(
    `Tests: ${refused} passed, ${grave.length + stale.length} failed, ${refused + grave.length + stale.length} total`,
  );
  return grave.length + stale.length === 0 ? 0 : 1;
}

process.exitCode = await main();
