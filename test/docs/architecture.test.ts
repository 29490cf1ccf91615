import { readdirSync, readFileSync } from 'node:fs';

const page = readFileSync('docs/architecture.md', 'utf8');
const tableOf = (title: string): string[] =>
  (page.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));

test('each room of the domain stands in the table of rooms', () => {
  const rooms = readdirSync('shared/domain', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const named = tableOf('What is in a room').map((line) => line.split('|')[1] ?? '');
  const domain = named.filter((cell) => cell.includes('shared/domain/')).join(' ');
  expect(
    rooms.map(({ name }) => name).filter((name) => !domain.includes(`/${name}\``) && !domain.includes(`\`${name}\``)),
  ).toEqual([]);
});

test.each(['pause', 'rate limit', 'broadcast', 'emergency', 'defaults', 'quarantine', 'breaker'])(
  "it says where '%s' is",
  (subject) => {
    const subjects = tableOf('Where is ...').map((line) => line.split('|')[1]?.trim() ?? '');
    expect(subjects.filter((one) => one.startsWith(subject))).toHaveLength(1);
  },
);
