/**
 * `node --conditions=laneway-source --import tsx test/kit/pattern-pages/write-pages.ts` writes the generated parts of
 * docs/how-to/workflow-patterns: the definitions and the machines that they become now.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { generatedPage, PAGES, pages } from './pattern-page.js';

for (const name of pages) {
  const file = `${PAGES}/${name}.md`;
  writeFileSync(file, generatedPage(name, readFileSync(file, 'utf8')));
}
