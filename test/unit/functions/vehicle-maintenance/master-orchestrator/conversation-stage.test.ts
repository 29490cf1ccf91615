import * as fc from 'fast-check';
import {
  decide,
  hear,
  NOTHING_HEARD,
  stageOf,
  type ConversationFacts,
  type Heard,
} from '../../../../../functions/vehicle-maintenance/master-orchestrator/conversation-stage.js';

const facts = (...heard: Heard[]): ConversationFacts => heard.reduce(hear, NOTHING_HEARD);
const analysed = (severity: 'normal' | 'warning' | 'critical'): Heard => ({ type: 'VehicleAnalyzed', severity });

describe('conversation stage', () => {
  it.each<[Heard[], string]>([
    [[{ type: 'VehicleTelemetryReported' }], 'reported'],
    [[analysed('warning')], 'analysed'],
    [[analysed('critical'), { type: 'ServiceScheduled', status: 'held' }], 'engaged'],
    [[{ type: 'CustomerResponded', answer: 'accept' }], 'accepted'],
    [[{ type: 'CustomerEngaged', outcome: 'unreachable' }], 'silent'],
    [
      [
        { type: 'CustomerEngaged', outcome: 'accepted' },
        { type: 'ServiceScheduled', status: 'unavailable' },
      ],
      'unscheduled',
    ],
    [[{ type: 'ServiceScheduled', status: 'booked' }], 'scheduled'],
    [[{ type: 'ErrorReported' }], 'failed'],
    [[{ type: 'WorkflowCompleted', outcome: 'healthy' }], 'completed'],
  ])('%j is %s', (heard, stage) => {
    expect(stageOf(facts(...heard))).toBe(stage);
  });

  it.each<[string, Heard[], string]>([
    ['a healthy vehicle', [analysed('normal'), { type: 'WorkflowCompleted', outcome: 'healthy' }], 'none'],
    [
      'a booked service',
      [
        analysed('critical'),
        { type: 'ServiceScheduled', status: 'booked' },
        { type: 'WorkflowCompleted', outcome: 'scheduled' },
      ],
      'none',
    ],
    ['a running workflow', [analysed('critical'), { type: 'CustomerEngaged', outcome: 'silent' }], 'none'],
    [
      'a silent customer',
      [
        analysed('warning'),
        { type: 'CustomerEngaged', outcome: 'silent' },
        { type: 'WorkflowCompleted', outcome: 'silent' },
      ],
      'follow-up',
    ],
    [
      'a declined critical service',
      [
        analysed('critical'),
        { type: 'CustomerEngaged', outcome: 'declined' },
        { type: 'WorkflowCompleted', outcome: 'declined' },
      ],
      'escalate',
    ],
    [
      'no free slot',
      [
        analysed('critical'),
        { type: 'ServiceScheduled', status: 'unavailable' },
        { type: 'WorkflowCompleted', outcome: 'unavailable' },
      ],
      'escalate',
    ],
    [
      'a critical repair that was not approved',
      [
        analysed('critical'),
        { type: 'CustomerEngaged', outcome: 'accepted' },
        { type: 'ServiceScheduled', status: 'held' },
        { type: 'ServiceReleased' },
        { type: 'WorkflowCompleted', outcome: 'rejected' },
      ],
      'escalate',
    ],
    [
      'a warning that was not approved',
      [
        analysed('warning'),
        { type: 'CustomerEngaged', outcome: 'accepted' },
        { type: 'WorkflowCompleted', outcome: 'rejected' },
      ],
      'follow-up',
    ],
    ['a failed step of a warning', [analysed('warning'), { type: 'ErrorReported' }], 'follow-up'],
    ['a failure before the analysis', [{ type: 'ErrorReported' }], 'escalate'],
    ['what has been decided', [analysed('critical'), { type: 'ErrorReported' }, { type: 'FollowUpDecided' }], 'none'],
  ])('decides on %s', (_what, heard, action) => {
    expect(decide(facts(...heard)).action).toBe(action);
  });

  it('does not depend on order or repetition', () => {
    const any: fc.Arbitrary<Heard> = fc.oneof(
      fc.constant<Heard>({ type: 'VehicleTelemetryReported' }),
      fc
        .constantFrom('normal', 'warning', 'critical')
        .map((severity): Heard => ({ type: 'VehicleAnalyzed', severity })),
      fc
        .constantFrom('accepted', 'declined', 'silent', 'unreachable')
        .map((outcome): Heard => ({ type: 'CustomerEngaged', outcome })),
      fc.constantFrom('accept', 'decline').map((answer): Heard => ({ type: 'CustomerResponded', answer })),
      fc.constantFrom('booked', 'held', 'unavailable').map((status): Heard => ({ type: 'ServiceScheduled', status })),
      fc
        .constantFrom('healthy', 'declined', 'rejected')
        .map((outcome): Heard => ({ type: 'WorkflowCompleted', outcome })),
      fc
        .constantFrom('ServiceReleased', 'RequestTimedOut', 'ErrorReported', 'FollowUpDecided')
        .map((type): Heard => ({ type })),
    );
    const withOther = fc
      .array(any, { maxLength: 10 })
      .chain((heard) =>
        fc.tuple(fc.constant(heard), fc.shuffledSubarray([...heard, ...heard], { minLength: heard.length * 2 })),
      );
    fc.assert(
      fc.property(withOther, ([heard, other]) => {
        expect(facts(...other)).toEqual(facts(...heard));
      }),
    );
  });
});
