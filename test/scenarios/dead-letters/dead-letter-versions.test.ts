import { createAgent } from 'laneway/agent';
import { parseDeadLetter } from '../../../shared/domain/delivery/dead-letter.js';
import { errorSignature } from '../../../shared/domain/base/errors.js';
import { groupDeadLetters } from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { drainCopy } from '../../../shared/platform/dead-letters/drain-copy.js';
import { servicesFromEnvironment } from '../../../shared/lambda/agent-services.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { shop } from '../../kit/applications/fixture-topology.js';
import { platformWorld } from '../../kit/stands/platform-world.js';

function scanner(version?: string) {
  const options = version === undefined ? {} : { version };
  const agent = createAgent(shop, 'scanner').handle(
    {
      ScanShelf: () => {
        throw new Error('the shelf 12 is dark');
      },
    },
    options,
  );
  return agentStand(agent.with({}));
}

/** The dead letter of a delivery that failed for good, as the queue has it. */
async function deadLetterOf(stand: ReturnType<typeof agentStand>, id = 'scan-1') {
  const envelope = stand.envelope(
    'ScanShelf',
    { shelf: 's' },
    { id, priority: 'low', source: 'laneway.fixture-shop.agent.clerk' },
  );
  stand.lane.send(JSON.stringify(envelope));
  for (let round = 0; round < 3; round++) {
    await stand.receive(10, 60_000, true);
    stand.clock.advance(300_000);
  }
  const [letter] = stand.letters();
  if (!letter) throw new Error('no dead letter');
  return letter;
}

test('a dead letter names the error signature and the version of the code that failed', async () => {
  const own = await deadLetterOf(scanner('2.4.1'));
  expect(own).toMatchObject({ reason: 'exhausted', version: '2.4.1', signature: errorSignature(own.error) });
  const deployed = scanner();
  Object.assign(deployed.services, { version: 'a1b2c3d4e5f6' });
  expect(await deadLetterOf(deployed)).toMatchObject({ version: 'a1b2c3d4e5f6' });
  expect(await deadLetterOf(scanner())).not.toHaveProperty('version');
  expect(parseDeadLetter(JSON.stringify(own))).toEqual(own);
});

test('the drain keeps it, and a group of dead letters names all of them', async () => {
  const world = platformWorld();
  const letters = [
    await deadLetterOf(scanner('1'), 'scan-1'),
    await deadLetterOf(scanner('2'), 'scan-2'),
    await deadLetterOf(scanner(), 'scan-3'),
  ];
  for (const letter of letters) {
    const buried = { copy: letter.copy, body: JSON.stringify(letter), attributes: {}, returns: 0 };
    await drainCopy({ ...buried, origin: { kind: 'mailbox', receiver: 'scanner' } }, world);
  }
  const entries = (await world.entries('conversation-1', 'dead-letter')).flatMap((entry) =>
    entry.kind === 'dead-letter' ? [entry.deadLetter] : [],
  );
  expect(entries.map(({ version }) => version).sort()).toEqual(['1', '2', undefined]);
  expect(groupDeadLetters(entries)).toMatchObject([{ count: 3, versions: ['1', '2'] }]);
});

test('a deployed function takes its version from its environment', () => {
  const log = scanner().services.log;
  const env = {
    ...{ LANEWAY_BUS: 'b', LANEWAY_LEDGER_TABLE: 'l', LANEWAY_PAYLOAD_BUCKET: 'p', LANEWAY_DEAD_LETTER_QUEUE: 'q' },
    ...{ AWS_REGION: 'eu-central-1', LANEWAY_AGENT_VERSION: 'a1b2c3d4e5f6' },
  };
  expect(servicesFromEnvironment(log, {}, env).version).toBe('a1b2c3d4e5f6');
  expect(servicesFromEnvironment(log, {}, { ...env, LANEWAY_AGENT_VERSION: '' })).not.toHaveProperty('version');
});
