import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EngineUnavailableError,
  installMinistack,
  ministackInstallation,
  ministackLacks,
} from '../../../../infra/engines/ministack-install.mjs';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'laneway-install-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A command that prints what a Python would. */
function python(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const install = (env: NodeJS.ProcessEnv) => installMinistack({ projectDirectory: folder, env });

describe('installMinistack', () => {
  it('names the ways out when there is no Python', async () => {
    const failure = install({ PATH: folder });
    await expect(failure).rejects.toBeInstanceOf(EngineUnavailableError);
    await expect(failure).rejects.toThrow(
      /needs Python 3\.10[\s\S]*apt install[\s\S]*AWS_ENDPOINT_URL[\s\S]*AWS account/,
    );
  });

  it('says which Python is too old and which lacks venv', async () => {
    python('python3', 'echo 3.9.2; echo venv');
    python('python3.12', 'echo 3.12.0; exit 1');
    await expect(install({ PATH: folder })).rejects.toThrow(
      /Found: python3 is 3\.9\.2; python3\.12 3\.12\.0 lacks the module venv/,
    );
  });

  it('shows what pip said, with the network as the likely cause, and leaves nothing behind', async () => {
    const answers = [
      '*"-m pip --version"*) echo "pip 24.0 from x";;',
      '*"-m venv"*) ;;',
      '*pip*) echo NewConnectionError; exit 1;;',
    ];
    python('python3', `case "$*" in ${answers.join(' ')} *) echo 3.12.1; echo venv;; esac`);
    await expect(install({ PATH: folder })).rejects.toThrow(/NewConnectionError[\s\S]*check the network/);
    expect(ministackInstallation(folder).installed).toBe(false);
  });
});

describe('ministackLacks', () => {
  const lacks = () => ministackLacks({ projectDirectory: folder, env: { PATH: folder } });

  it('says in a sentence what is missing, and nothing where a fitting Python is', async () => {
    expect(await lacks()).toBe('The local engine needs Python 3.10 or newer with venv; none was found.');
    python('python3', 'echo 3.9.2; echo venv');
    expect(await lacks()).toMatch(/none was found\. Found: python3 is 3\.9\.2\.$/);
    python('python3.12', 'echo 3.12.0; echo venv');
    expect(await lacks()).toBeUndefined();
    expect(ministackInstallation(folder).installed).toBe(false);
  });

  it('asks for no Python where the engine is installed', async () => {
    const { directory, python: installed, stamp, wanted } = ministackInstallation(folder);
    mkdirSync(join(directory, 'bin'), { recursive: true });
    writeFileSync(installed, '');
    writeFileSync(stamp, wanted);
    expect(await lacks()).toBeUndefined();
  });
});

describe('requirements.txt', () => {
  const text = readFileSync(new URL('../../../../infra/engines/requirements.txt', import.meta.url), 'utf8');
  const blocks = text
    .replace(/^#.*$/gm, '')
    .split(/\n(?=\S)/)
    .filter((block) => block.trim() !== '');

  it('pins every package with hashes', () => {
    expect(blocks.length).toBeGreaterThan(20);
    for (const block of blocks)
      expect(block).toMatch(
        /^[a-z0-9-]+==\S+( ; python_version < "3\.11")? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n?)+/,
      );
  });

  it('has MiniStack, what it needs for keys and notifications, and names no host', () => {
    expect(text).toContain('ministack==1.5.33 ');
    for (const name of ['cryptography==', 'boto3==']) expect(text).toContain(`\n${name}`);
    expect(text).not.toMatch(/:\/\/|--index-url|--find-links/);
  });
});
