import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bashScript } from '../../../../../cli/commands/project/completion/bash-script.js';
import { describeCommands } from '../../../../../cli/commands/project/completion/describe-commands.js';
import { fishScript } from '../../../../../cli/commands/project/completion/fish-script.js';
import { createProgram } from '../../../../../cli/program.js';

const all = describeCommands(createProgram('1.0.0', () => undefined));
const folder = mkdtempSync(join(tmpdir(), 'laneway-completion-'));
const script = join(folder, 'laneway.bash');
writeFileSync(script, bashScript(all, 'laneway'));
writeFileSync(join(folder, 'claim.json'), '{}');
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks bash itself for its offers on a line whose last word is being typed. */
function offered(...words: string[]): string[] {
  const run = [
    `source '${script}'`,
    `COMP_WORDS=(laneway ${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_laneway_complete',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const text = execFileSync('bash', ['--norc', '-euc', run], { cwd: folder, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers commands, and those that begin so', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['send', 'dlq', 'workflow', 'doctor', 'completion', '--app']));
    expect(offered('work')).toEqual(expect.arrayContaining(['workflow', 'worker']));
    expect(offered('work')).not.toContain('send');
  });

  it('offers what follows a command, past options and their values', () => {
    expect(offered('dlq', '')).toEqual(expect.arrayContaining(['groups', 'list', 'redrive']));
    expect(offered('--app', 'send', 'dlq', 're')).toEqual(['redrive']);
    expect(offered('--json', 'dlq', 'redrive', '--c')).toEqual(['--canary']);
    // What the command calls itself with is nobody's to type.
    expect(offered('dev', '--')).toContain('--in-process');
    expect(offered('dev', '--')).not.toContain('--application');
    expect(offered('dlq', 'redrive', '--c')).not.toContain('--correlation');
  });

  it('offers the choices of an option, files where it takes one, nothing where it takes anything', () => {
    expect(offered('trace', 'x', '--as', '')).toEqual(['tree', 'sequence', 'mermaid', 'json']);
    expect(offered('dlq', 'list', '--state', 're')).toEqual(['redriven']);
    expect(offered('--topology', 'cl')).toEqual(['claim.json']);
    expect(offered('dlq', 'discard', '--why', '')).toEqual([]);
  });

  it('knows every command of the program', () => {
    for (const { path, commands } of all.filter((one) => one.commands.length > 0))
      expect(offered(...path.split(' ').slice(1), '')).toEqual(
        expect.arrayContaining(commands.map(({ name }) => name)),
      );
  });
});

test('the script for fish has every command and option, with descriptions quoted', () => {
  const text = fishScript(all, 'laneway');
  expect(text).toContain(
    "complete -c laneway -f -n '__fish_seen_subcommand_from dlq; and not __fish_seen_subcommand_from",
  );
  expect(text).toMatch(/-l state -x -a 'open redriven edited discarded any'/);
  for (const line of text.split('\n').slice(1)) expect(line.replaceAll("\\'", '').split("'").length % 2).toBe(1);
});
