import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundle, bundleVersion } from '../../infra/constructs/bundle.js';
import { guarded } from '../kit/applications/guard-topology.js';
import { applicationOf, resourcesOf } from '../kit/stands/synthesized-application.js';

const resources = resourcesOf(applicationOf(guarded));
const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');

describe('what guards against runaways and late work', () => {
  it('lets no function stop a chain of messages by itself: hops, cycles and the budget do', () => {
    expect(functions.length).toBeGreaterThan(5);
    for (const { properties } of functions) expect(properties['RecursiveLoop']).toBe('Allow');
  });

  it('raises an alarm for conversations that ran away', () => {
    const alarms = resources.filter(
      ({ type, properties }) => type === 'AWS::CloudWatch::Alarm' && properties['MetricName'] === 'Runaways',
    );
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.properties).toMatchObject({
      ...{ Namespace: 'Laneway', Threshold: 0, Dimensions: [{ Name: 'application', Value: 'guarded' }] },
    });
  });

  it('names an agent’s version after the hash of its bundle', () => {
    const folder = mkdtempSync(join(tmpdir(), 'laneway-version-'));
    const entry = join(folder, 'entry.mjs');
    const versionWith = (text: string): string | undefined => {
      writeFileSync(entry, `export const handler = () => ${JSON.stringify(text)};\n`);
      const stack = new Stack(new App({ outdir: mkdtempSync(join(tmpdir(), 'laneway-synth-')) }), 'Version');
      const code = bundle(stack, new Map([['sorter', entry]])).get('sorter');
      return code && bundleVersion(code);
    };
    const first = versionWith('one');
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(versionWith('two')).not.toBe(first);
    expect(versionWith('one')).toBe(first);
    expect(bundleVersion(Code.fromInline('exports.handler = () => 1;'))).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
