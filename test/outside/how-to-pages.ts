import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { readPage } from '../kit/pages/read-page.js';
import { runPage } from '../kit/pages/run-page.js';
import { ClaimsOffice } from './claims-office.js';
import { HowToScene } from './how-to-scene.js';

const FOLDER = 'docs/how-to';
/** Nobody may appraise meanwhile, so that requests stay open: it comes last. */
const WITHOUT_APPRAISER = 'escalate-a-request.md';
/** Pages about what failed. They take about as long as all others, so that two files of tests, side by side, end together. */
const ABOUT_FAILURES = ['dead-letters.md', 'prove-what-happened.md', 'troubleshooting.md'];

/** All pages, each in one of two parts: a page that is new is one of `the rest`. */
export function howToPages(part: 'about failures' | 'the rest'): string[] {
  const all = readdirSync(FOLDER).filter((file) => file.endsWith('.md'));
  const own = all.filter((page) => ABOUT_FAILURES.includes(page) === (part === 'about failures'));
  return [...own.filter((page) => page !== WITHOUT_APPRAISER), ...own.filter((page) => page === WITHOUT_APPRAISER)];
}

/** Runs the commands of pages as they are written, in a claims application that is deployed for them. */
export function describeHowTos(pages: readonly string[]): void {
  describe('the commands of the how-tos, as they are written', () => {
    let office: ClaimsOffice;
    let scene: HowToScene;
    let ran = 0;

    beforeAll(async () => {
      office = await ClaimsOffice.open();
      await office.deploy();
      scene = new HowToScene(office);
      writeFileSync(office.path('claim.json'), JSON.stringify({ claim: 'H-0', policy: 'P-2', photos: ['lamp.jpg'] }));
      for (const folder of ['home/.local/share/bash-completion/completions', 'home/.config/fish/completions'])
        mkdirSync(office.path(folder), { recursive: true });
      const bucket = new S3Client({ ...office.engine.client, forcePathStyle: true });
      await bucket.send(new CreateBucketCommand({ Bucket: 'evidence' }));
      bucket.destroy();
    }, 600_000);

    afterAll(async () => {
      process.stderr.write(`${ran} commands of ${pages.length} how-tos ran\n`);
      await office.destroy();
      await office.close();
    }, 600_000);

    test.each([...pages])(
      '%s',
      async (page) => {
        if (page === WITHOUT_APPRAISER) office.killWorkers();
        const environment = { ...office.user.environment, HOME: office.path('home') };
        const place = { directory: office.user.directory, environment, fill: (name: string) => scene.fill(name) };
        const { ran: here, skipped } = await runPage(join(FOLDER, page), place);
        ran += here;
        // A page that shows commands has some that run, or says of each why it does not.
        expect({
          page,
          silent:
            here === 0 &&
            skipped.length === 0 &&
            readPage(join(FOLDER, page)).some(({ language }) => language === 'sh'),
        }).toEqual({ page, silent: false });
      },
      900_000,
    );
  });
}
