import { Option, type Command } from 'commander';
import type { StatsBy } from '../../../shared/operator/evidence/ledger-views.js';
import type { CommandContext } from '../../context/command-context.js';
import type { LedgerCleanOptions } from './ledger-clean.js';
import type { LedgerExportOptions } from './ledger-export.js';
import type { LedgerVerifyOptions } from './ledger-verify.js';
import type { LedgerViewOptions } from './ledger-views.js';

/** Adds `laneway ledger`. */
export function addLedger(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  wholePositive: (text: string) => number,
  finish: (code: number) => void,
): void {
  const ledger = program.command('ledger').description('the ledger as evidence: export, verify, look at, clean');
  const spanned = (command: Command): Command =>
    command
      .option('--from <time>', 'changes from this day or time on (UTC)')
      .option('--to <time>', 'changes up to the end of this day, or before this time');
  const filtered = (command: Command): Command =>
    spanned(
      command
        .option('--agent <agent>', 'of this receiver')
        .option('--type <type>', 'of this message type')
        .option('--state <state>', 'in this state: completed, retrying, dead-lettered, ...'),
    ).option('--in <folder>', 'of an export, instead of the deployed archive');

  ledger
    .command('export')
    .description('seal the ledger and write what happened, with the proof, as files')
    .requiredOption('--out <folder>', 'an empty folder, or s3://<bucket>/<prefix>')
    .option('--from <time>', 'changes from this day or time on (UTC)')
    .option('--to <time>', 'changes up to the end of this day, or before this time')
    .option('--conversation <id>', 'of this conversation; of all others only hashes')
    .option('--no-seal', 'do not seal first: what came after the last seal is left out')
    .action(async (options: LedgerExportOptions, command: Command) => {
      const { ledgerExportCommand } = await import('./ledger-export.js');
      await ledgerExportCommand(await context(command), options);
    });
  ledger
    .command('verify')
    .description('verify an export, offline unless --stored; names what was changed, swapped or removed')
    .argument('<folder>', 'folder of the export')
    .option('--key <fingerprint>', 'SHA-256 of the public key that must have signed')
    .option('--stored', 'compare what the payload bucket holds with what the entries say, too')
    .action(async (folder: string, options: LedgerVerifyOptions, command: Command) => {
      const { ledgerVerifyCommand } = await import('./ledger-verify.js');
      finish(await ledgerVerifyCommand(await context(command), folder, options));
    });
  filtered(ledger.command('list').description('entries by agent, type, state and time, as they last stood'))
    .option('--kind <kind>', 'entries of this kind: message, delivery, dead-letter, request, operator, ...')
    .option('--limit <n>', 'at most', wholePositive, 50)
    .action(async (options: LedgerViewOptions & { limit: number }, command: Command) => {
      const { ledgerListCommand } = await import('./ledger-views.js');
      await ledgerListCommand(await context(command), options);
    });
  filtered(ledger.command('stats').description('deliveries counted, with waiting and handling times'))
    .addOption(new Option('--by <what>', 'counted by').choices(['agent', 'type', 'state']).default('agent'))
    .action(async (options: LedgerViewOptions & { by: StatsBy }, command: Command) => {
      const { ledgerStatsCommand } = await import('./ledger-views.js');
      await ledgerStatsCommand(await context(command), options);
    });
  ledger
    .command('clean')
    .description('delete old days of the archive, or old exports')
    .requiredOption('--keep-days <n>', 'days to keep', wholePositive)
    .option('--dry-run', 'say what would be deleted')
    .option('--in <folder>', 'exports in this folder, instead of the deployed archive')
    .action(async (options: LedgerCleanOptions, command: Command) => {
      const { ledgerCleanCommand } = await import('./ledger-clean.js');
      finish(await ledgerCleanCommand(await context(command), options));
    });
}
