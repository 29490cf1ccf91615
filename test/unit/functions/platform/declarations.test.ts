import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  NEEDS,
  PLATFORM_TIMEOUT,
  type PlatformFunctionDeclaration,
} from '../../../../functions/platform/declaration.js';
import { neededPlatformFunctions, PLATFORM_FUNCTIONS, sourcesOf } from '../../../../functions/platform/declarations.js';
import { milliseconds } from '../../../../shared/domain/base/duration.js';
import type { TopologyModel } from '../../../../shared/topology/model.js';
import { HarnessWorld } from '../../../../shared/testing/harness/harness-world.js';
import { PLATFORM_TIMEOUT_MS } from '../../../../shared/testing/harness/platform-functions.js';
import { platformFunctionsPage } from '../../../../tools/reference/platform-functions-page.js';
import { shop, smallest } from '../../../kit/applications/fixture-topology.js';

const root = join('functions', 'platform');
const folders = readdirSync(root, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
const declared: readonly PlatformFunctionDeclaration[] = PLATFORM_FUNCTIONS;
const names = declared.map(({ name }) => name);

describe('declarations of platform functions', () => {
  it.each(['lambda.ts', 'declaration.ts'])('are as many as the folders with a %s', (file) => {
    const having = folders.filter((folder) => existsSync(join(root, folder, file)));
    expect(having.sort()).toEqual([...names].sort());
  });

  it.each(names)('name %s as its entry does', (name) => {
    const entry = readFileSync(join(root, name, 'lambda.ts'), 'utf8');
    const [, composed] = /return (?:platform|queue)Function(?:<[^(]*>)?\(\s*topology,\s*'([a-z-]+)'/.exec(entry) ?? [];
    expect(composed).toBe(name);
  });

  it('say what an application needs', () => {
    const needed = (workflows: number, links: boolean, { model }: { model: TopologyModel } = smallest) =>
      neededPlatformFunctions({ topology: model, workflows, links }).map(({ name }) => name);
    const always = ['dead-letters', 'ledger-stream', 'ledger-seal', 'sweeper', 'registry'];
    const requests = ['replies', 'deadlines'];
    const workflows = ['dispatcher', 'starter', 'workflow-events', 'supervisor'];
    expect(needed(0, false)).toEqual(always);
    expect(needed(1, false)).toEqual([...always, ...requests, ...workflows]);
    expect(needed(1, true)).toEqual([...always, ...requests, ...workflows, 'approval-page']);
    expect(needed(0, false, shop)).toEqual([...always, 'ingress', ...requests]);
    expect([...needed(1, true, shop)].sort()).toEqual([...names].sort());
  });

  it('let the sweeper publish under every source that another function has', () => {
    const of = (one: PlatformFunctionDeclaration) => sourcesOf(one, shop.model);
    const sweeper = declared.filter(({ name }) => name === 'sweeper').flatMap(of);
    const others = declared.filter(({ name }) => name !== 'sweeper').flatMap(of);
    expect(others.length).toBeGreaterThan(8);
    expect(sweeper).toEqual(expect.arrayContaining(others));
    const beyond = sweeper.filter((source) => !others.includes(source));
    const participants = (kind: 'agent' | 'client', of: object) =>
      Object.keys(of).map((name) => `laneway.${shop.name}.${kind}.${name}`);
    expect(beyond.sort()).toEqual(
      [
        ...participants('agent', shop.model.agents),
        ...participants('client', shop.model.clients),
        ...['operator', 'sweeper'].map((name) => `laneway.${shop.name}.platform.${name}`),
      ].sort(),
    );
  });

  it('name rights and triggers that their stack gives', () => {
    const queues = ({ triggers }: PlatformFunctionDeclaration) =>
      triggers.flatMap((one) => (one.kind === 'queue' ? [one.queue] : [one.kind]));
    for (const one of declared) {
      const { answersTokens, executions, links, environment } = one;
      const ofWorkflows = [answersTokens, executions, links, environment.includes('workflows') || undefined];
      const kinds = new Set(queues(one));
      if (one.stack === 'agents') {
        expect([one.name, ...ofWorkflows.filter((right) => right !== undefined)]).toEqual([one.name]);
        for (const kind of ['steps', 'url', 'workflow-status'] as const) expect(kinds).not.toContain(kind);
        expect(one.needed).not.toBe(NEEDS.workflows);
      } else expect(kinds).not.toContain('stream');
    }
  });

  it('are what the page of the reference says', () => {
    expect(readFileSync('docs/reference/platform-functions.md', 'utf8')).toBe(platformFunctionsPage());
  });
});

describe('the harness runs the platform as declared', () => {
  const world = new HarnessWorld({ topology: shop, agents: [], workflows: [], random: () => 0 });

  it('with a consumer for each queue, of the declared batch', () => {
    const queues = declared.flatMap(({ name, triggers }) =>
      triggers.flatMap((trigger) => (trigger.kind === 'queue' ? [[name, trigger.batch]] : [])),
    );
    const streams = declared.filter(({ triggers }) => triggers.some(({ kind }) => kind === 'stream'));
    const consumers = new Map(world.consumers.map(({ name, batchSize }) => [name, batchSize]));
    // In memory a queue stands for what the stream brings to the function; the archive is written at once.
    for (const { name } of streams) expect(consumers.delete(name)).toBe(true);
    expect([...consumers].sort()).toEqual(queues.sort());
  });

  it('with the time of one run', () => expect(PLATFORM_TIMEOUT_MS).toBe(milliseconds(PLATFORM_TIMEOUT)));
});
