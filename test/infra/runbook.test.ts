import { readFileSync } from 'node:fs';
import { ALARM_KINDS } from '../../infra/constructs/alarms.js';
import { defineWorkflow } from 'laneway/workflow';
import { Advise, CallMade, helpline } from '../kit/applications/helpline-topology.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf, resourcesOf, type Resource } from '../kit/stands/synthesized-application.js';

const entries = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map((match) => match[1]);

/** The entry that each alarm names. */
function anchorsOf(resources: readonly Resource[]): (string | undefined)[] {
  const alarms = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  return alarms.map(
    ({ properties }) => /docs\/runbook\.md#([a-z-]+)$/.exec(String(properties['AlarmDescription']))?.[1],
  );
}

describe('the runbook', () => {
  it('has one entry for each kind of alarm and no other', () => {
    expect([...entries].sort()).toEqual(Object.keys(ALARM_KINDS).sort());
  });

  it('is named by every alarm', () => {
    const anchors = anchorsOf(resourcesOf(applicationOf(shop)));
    expect(anchors.length).toBeGreaterThan(10);
    for (const anchor of anchors) expect(entries).toContain(anchor);
    // Nothing in the shop comes to a person.
    expect(anchors).not.toContain('person-needed');
  });

  it('knows that a request may come to a person by the fallback of a step', () => {
    const asking = defineWorkflow(helpline, 'asking', { startedBy: CallMade }, (flow, call) => {
      flow.request('ask', Advise, { about: call.about }, { timeout: '10 seconds', fallback: { person: '1 hour' } });
    });
    const resources = resourcesOf(applicationOf(helpline, { workflows: [asking] }));
    expect(anchorsOf(resources)).toContain('person-needed');
    // An execution that its deadline ended has a metric of its own.
    const failures = resources.filter(
      ({ type, properties }) =>
        type === 'AWS::CloudWatch::Alarm' && String(properties['AlarmDescription']).endsWith('#workflow-failures'),
    );
    const metrics = JSON.stringify(failures.map(({ properties }) => properties['Metrics']));
    expect(failures).toHaveLength(1);
    for (const name of ['ExecutionsFailed', 'ExecutionsTimedOut']) expect(metrics).toContain(`"${name}"`);
  });
});
