import { defineWorkflow } from 'laneway/workflow';
import { AppraisePhoto, CheckCover, ClaimReported, PayClaim, ReleaseReservation, ReserveMoney } from './messages.js';
import { claims } from './topology.js';

const within = { timeout: '5 minutes' } as const;

/** Looks into cover and damage at once, reserves the money, asks people when it is much, and pays. */
export const settle = defineWorkflow(
  claims,
  'settle',
  { startedBy: ClaimReported, deadline: '7 days' },
  (flow, { claim, policy, photos }) => {
    const found = flow.parallel({
      cover: () => flow.request('check cover', CheckCover, { policy }, within).cover,
      parts: () =>
        flow.map(
          'photos',
          photos,
          (photo) => {
            const { part, cents } = flow.request('appraise', AppraisePhoto, { claim, photo }, within);
            return { part, cents };
          },
          { concurrency: 3 },
        ),
    });
    flow.match(found.cover, {
      none: () => flow.complete('not covered'),
      full: () => undefined,
    });
    const money = flow.request(
      'reserve',
      ReserveMoney,
      { claim, parts: found.parts },
      { ...within, compensate: { with: ReleaseReservation, data: ({ reservation }) => ({ reservation }) } },
    );
    flow.match(money.size, {
      small: () => undefined,
      large: () => {
        const { decision } = flow.approval('consent', {
          title: 'Pay a large claim?',
          details: { claim, parts: found.parts },
          approvers: 'claims desk',
          timeout: '2 days',
        });
        flow.match(decision, {
          approved: () => undefined,
          rejected: () => flow.fail('Rejected', 'the claims desk said no'),
          silent: () => flow.fail('Undecided', 'nobody decided within two days'),
        });
      },
    });
    const { transfer } = flow.request('pay', PayClaim, { claim, reservation: money.reservation }, within);
    flow.complete('paid', { transfer });
  },
);
