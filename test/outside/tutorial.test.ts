import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedEngine, type SharedEngine } from '../kit/stands/engine.js';
import { outsideCommands, outsideUser, type OutsideUser } from '../kit/stands/outside-user.js';
import { runPage } from '../kit/pages/run-page.js';

/** The tutorial as a reader follows it, page after page, with the packed tarball in the place of the published package. */
const pages = readdirSync('docs/tutorial')
  .filter((file) => /^\d/.test(file))
  .sort();
let engine: SharedEngine;
let user: OutsideUser;
let directory: string;

beforeAll(async () => {
  engine = await sharedEngine();
  user = await outsideUser({ environment: engine.environment, project: false });
  directory = user.directory;
});

afterAll(async () => {
  user.remove();
  await engine.stop();
});

/** Ids that the reader reads off earlier outputs; asked of the command, which may know them a moment later. */
async function fill(placeholder: string): Promise<string> {
  const read: Record<string, () => Promise<string | undefined>> = {
    '<dead letter>': async () => (await deadLetters())[0]?.id,
    '<conversation>': async () => (conversation ??= (await deadLetters())[0]?.correlationId),
  };
  for (const giveUp = Date.now() + 120_000; Date.now() < giveUp; await sleep(500)) {
    const found = await read[placeholder]?.();
    if (found !== undefined) return found;
  }
  throw new Error(`${placeholder}: not within two minutes`);
}
/** Read once: the dead letter is gone when the conversation is looked at again. */
let conversation: string | undefined;

async function deadLetters(): Promise<readonly { readonly id: string; readonly correlationId: string }[]> {
  const shop = outsideCommands(directory, engine.environment);
  const { stdout } = await shop.must('laneway', '--json', 'dlq', 'list');
  return JSON.parse(stdout) as { readonly id: string; readonly correlationId: string }[];
}

test.each(pages)(
  '%s',
  async (page) => {
    const { ran, directory: ended } = await runPage(join('docs/tutorial', page), {
      directory,
      environment: user.environment,
      fill,
    });
    directory = ended;
    process.stderr.write(`${page}: ${ran} commands ran\n`);
    expect(ran).toBeGreaterThan(0);
  },
  600_000,
);
