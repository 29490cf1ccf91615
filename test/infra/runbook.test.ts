import { readFileSync } from 'node:fs';
import { ALARM_KINDS } from '../../infra/constructs/alarms.js';
import { shop } from '../support/fixture-topology.js';
import { applicationOf, resourcesOf } from '../support/synthesized-application.js';

const entries = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map((match) => match[1]);

describe('the runbook', () => {
  it('has one entry for each kind of alarm and no other', () => {
    expect([...entries].sort()).toEqual(Object.keys(ALARM_KINDS).sort());
  });

  it('is named by every alarm', () => {
    const alarms = resourcesOf(applicationOf(shop)).filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(10);
    for (const { properties } of alarms) {
      const anchor = /docs\/runbook\.md#([a-z-]+)$/.exec(String(properties['AlarmDescription']))?.[1];
      expect(entries).toContain(anchor);
    }
  });
});
