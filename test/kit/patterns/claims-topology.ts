import { defineTopology } from 'laneway/topology';
import * as messages from './claims-messages.js';

const { AssessDamage, BookRepair, BookTow, CancelTow, CheckCover, KeepFile, LendCar, PayOut, ReadPhoto } = messages;
const { ScanFile, ScreenClaim, TakeBackCar, CarLent, CarTakenBack, ClaimScreened, CoverChecked } = messages;
const { DamageAssessed, FileKept, FileScanned, PaidOut, PhotoRead, RepairBooked, TowBooked, TowCancelled } = messages;
const { ClaimMoved, ClaimReported, InvoiceReceived, RepairAgreed } = messages;

/** The insurer of the examples. */
// #region topology
export const claims = defineTopology('claims', {
  channels: {
    'claims.reported': { carries: [ClaimReported, RepairAgreed] },
    'claims.office': { carries: [CheckCover, ScreenClaim, ReadPhoto, ScanFile, KeepFile, PayOut] },
    'claims.assessment': { carries: [AssessDamage] },
    'claims.help': { carries: [BookTow, CancelTow, LendCar, TakeBackCar, BookRepair] },
    'claims.answers': {
      carries: [CoverChecked, ClaimScreened, PhotoRead, FileScanned, FileKept, PaidOut, DamageAssessed],
    },
    'claims.bookings': { carries: [TowBooked, TowCancelled, CarLent, CarTakenBack, RepairBooked] },
    'claims.news': { carries: [ClaimMoved, InvoiceReceived] },
  },
  agents: {
    office: { subscribes: ['claims.office'] },
    adjuster: { subscribes: ['claims.assessment'] },
    deputy: { subscribes: ['claims.assessment'] },
    logistics: { subscribes: ['claims.help'] },
    letters: { subscribes: ['claims.news'] },
  },
  clients: { portal: { publishes: [ClaimReported, RepairAgreed, InvoiceReceived] } },
});
// #endregion
