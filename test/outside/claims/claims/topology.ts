import { defineTopology } from 'laneway/topology';
import * as messages from './messages.js';

const { ClaimReported, CheckCover, CoverChecked, AppraisePhoto, PhotoAppraised } = messages;
const { ReserveMoney, MoneyReserved, ReleaseReservation, ReservationReleased, PayClaim, ClaimPaid } = messages;

export const claims = defineTopology('claims', {
  channels: {
    'claims.reported': { carries: [ClaimReported], qos: { retainPayloads: '7 days' } },
    'claims.cover': { carries: [CheckCover], qos: { tries: 2 } },
    'claims.photos': { carries: [AppraisePhoto], qos: { priorities: ['high', 'normal'] } },
    'claims.money': { carries: [ReserveMoney, ReleaseReservation, PayClaim] },
    'claims.answers': {
      carries: [CoverChecked, PhotoAppraised, MoneyReserved, ReservationReleased, ClaimPaid],
    },
  },
  agents: {
    policies: { subscribes: ['claims.cover'] },
    appraiser: { subscribes: ['claims.photos'], handlerTimeout: '30 seconds', runs: 'worker' },
    treasury: { subscribes: ['claims.money'] },
    letters: { subscribes: ['approvals.requested'] },
  },
  clients: { portal: { publishes: [ClaimReported, CheckCover, AppraisePhoto] } },
});
