import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerCleanCommand } from '../../../cli/commands/ledger/ledger-clean.js';
import { ledgerVerifyCommand } from '../../../cli/commands/ledger/ledger-verify.js';
import { ledgerListCommand, ledgerStatsCommand } from '../../../cli/commands/ledger/ledger-views.js';
import type { CommandContext } from '../../../cli/context/command-context.js';
import { ExportFolder } from '../../../cli/commands/ledger/export-folder.js';
import { slowProgress } from '../../../cli/commands/ledger/slow-progress.js';
import { createOutput } from '../../../cli/context/output.js';
import { readSpan } from '../../../cli/input/read-time.js';
import { sampleLedger } from '../../kit/stands/ledger-evidence.js';

describe('laneway ledger', () => {
  async function exported(): Promise<{ folder: string; root: string }> {
    const root = await mkdtemp(join(tmpdir(), 'laneway-ledger-'));
    const folder = join(root, 'export');
    const { files } = await (await sampleLedger()).export();
    for (const [file, text] of files.texts) await new ExportFolder(folder).append(file, text);
    return { folder, root };
  }

  function contextOf(json = false) {
    const said: string[] = [];
    const stream = { write: (text: string) => said.push(text) };
    const output = createOutput({ json }, stream, stream, {});
    return { context: { output } as CommandContext, text: () => said.join('') };
  }

  it('verify ends with 0 for what is whole, with 1 for what is not, and names the place', async () => {
    const { folder } = await exported();
    const whole = contextOf();
    expect(await ledgerVerifyCommand(whole.context, folder, {})).toBe(0);
    expect(whole.text()).toMatch(/^whole: 12 entries of shop\nsealed 3 times/);
    const file = join(folder, 'day=2026-11-20', 'chain.jsonl');
    const bytes = await readFile(file);
    bytes[bytes.indexOf('completed')] = 0xc3;
    await writeFile(file, bytes);
    const changed = contextOf();
    expect(await ledgerVerifyCommand(changed.context, folder, {})).toBe(1);
    expect(changed.text()).toContain('day=2026-11-20/chain.jsonl:3 (shardId-01 number 3)');
    const noKey = { key: 'short' };
    await expect(ledgerVerifyCommand(changed.context, folder, noKey)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(ledgerVerifyCommand(changed.context, '/nowhere', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('list and stats read an export as they read the archive', async () => {
    const { folder } = await exported();
    const list = contextOf();
    await ledgerListCommand(list.context, { in: folder, state: 'dead-lettered', limit: 1 });
    expect(list.text()).toMatch(/clerk +dead-lettered +1 +c-1\n1 more: --limit/);
    const stats = contextOf(true);
    await ledgerStatsCommand(stats.context, { in: folder, by: 'agent', to: '2026-11-20' });
    expect(JSON.parse(stats.text())).toMatchObject([
      { of: 'clerk', deliveries: 3 },
      { of: 'packer', deliveries: 1 },
    ]);
  });

  it('clean deletes whole exports that are old, and leaves what is none', async () => {
    const { root, folder } = await exported();
    await new ExportFolder(join(root, 'photos')).append('export.json', '{"exported":"1999"}\n');
    const dry = contextOf(true);
    expect(await ledgerCleanCommand(dry.context, { keepDays: 10_000, in: root })).toBe(0);
    expect(JSON.parse(dry.text())).toEqual({ exports: [], dryRun: false });
    const manifest = join(folder, 'export.json');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"exported":"2026', '"exported":"2016'));
    const planned = contextOf(true);
    await ledgerCleanCommand(planned.context, { keepDays: 30, dryRun: true, in: root });
    expect(JSON.parse(planned.text())).toEqual({ exports: [folder], dryRun: true });
    await ledgerCleanCommand(contextOf().context, { keepDays: 30, in: root });
    expect((await new ExportFolder(root).files()).join()).toBe('photos/export.json');
  });

  it('takes days and times, the end of a day as the end', () => {
    expect(readSpan({ from: '2026-11-20', to: '2026-11-20' })).toEqual({
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-21T00:00:00.000Z',
    });
    expect(readSpan({ to: '2026-11-20T01:00+01:00' })).toEqual({ to: '2026-11-20T00:00:00.000Z' });
    for (const wrong of ['yesterday', '7', '2026-13-01'])
      expect(() => readSpan({ from: wrong })).toThrow(/allowed: a day|--from is/);
  });

  it('speaks of progress after two seconds, and then every two', () => {
    let now = 0;
    const said: string[] = [];
    const slow = slowProgress(
      (line) => said.push(line),
      () => now,
    );
    for (now = 0; now <= 5_000; now += 500) slow(() => `at ${now}`);
    expect(said).toEqual(['at 2000', 'at 4000']);
  });
});
