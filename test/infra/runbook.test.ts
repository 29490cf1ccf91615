import { readFileSync } from 'node:fs';
import { ALARM_KINDS } from '../../infra/constructs/alarms.js';
import { defineWorkflow } from 'laneway/workflow';
import { Advise, CallMade, helpline } from '../kit/applications/helpline-topology.js';
import { purchases } from '../kit/applications/purchase-topology.js';
import { first } from '../kit/applications/purchases/workflows.js';
import { shop } from '../kit/applications/fixture-topology.js';
import { applicationOf, resourcesOf, type Resource } from '../kit/stands/synthesized-application.js';

const entries = [...readFileSync('docs/how-to/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map((match) => match[1]);

/** The entry that each alarm names. */
function anchorsOf(resources: readonly Resource[]): (string | undefined)[] {
  const alarms = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  return alarms.map(
    ({ properties }) => /docs\/how-to\/runbook\.md#([a-z-]+)$/.exec(String(properties['AlarmDescription']))?.[1],
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

  it('tells of alarms that there are: each kind watches something in an application that has all there is', () => {
    const all = anchorsOf(resourcesOf(applicationOf(purchases, { workflows: [first], approvalLinks: true })));
    const kinds = Object.keys(ALARM_KINDS).filter((kind) => kind !== 'person-needed');
    expect([...new Set(all)].filter((kind) => kind !== 'person-needed').sort()).toEqual(kinds.sort());
  });

  it('says when a lane is too old: a working agent has handled or ended each message by then', () => {
    const alarms = resourcesOf(applicationOf(shop)).filter(
      ({ type, properties }) =>
        type === 'AWS::CloudWatch::Alarm' && String(properties['AlarmDescription']).endsWith('#lane-age'),
    );
    const normal = alarms.find(({ properties }) =>
      String(properties['AlarmDescription']).startsWith('warehouse-normal: '),
    );
    // An hour until it expires, a minute at most between two tries, 15 minutes to record its end.
    expect(normal?.properties).toMatchObject({ MetricName: 'ApproximateAgeOfOldestMessage', Threshold: 4_560 });
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
