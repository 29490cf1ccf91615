import { defineTopology } from 'laneway/topology';
import {
  AnalyzeVehicle,
  CaseEscalated,
  CustomerEngaged,
  CustomerResponded,
  EngageCustomer,
  EngagementWanted,
  FeedbackReceived,
  FollowUpDue,
  ManufacturingInsightFound,
  ReleaseService,
  ScheduleService,
  ServiceReleased,
  ServiceScheduled,
  VehicleAnalyzed,
  VehicleTelemetryReported,
} from './messages.js';

/** Topology of vehicle predictive maintenance: its channels, agents, clients and ingress. */
export const vehicles = defineTopology('vehicle-maintenance', {
  channels: {
    'vehicle.telemetry': {
      carries: [VehicleTelemetryReported],
      qos: { from: 'standard', priorities: ['critical', 'normal'] },
      description: 'engine readings, as the fleet gateway reports them',
    },
    'vehicle.feedback': { carries: [FeedbackReceived], qos: { from: 'standard', priorities: ['normal'] } },
    'analysis.request': {
      carries: [AnalyzeVehicle],
      qos: { from: 'standard', priorities: ['critical', 'normal'], expires: '10 minutes' },
    },
    'analysis.result': {
      carries: [VehicleAnalyzed],
      qos: { from: 'standard', priorities: ['critical', 'normal'], acks: 'message' },
    },
    'engagement.wanted': {
      carries: [EngagementWanted],
      description: 'what the workflow engagement is run with; nobody publishes it',
    },
    'engagement.request': {
      carries: [EngageCustomer],
      qos: { from: 'standard', priorities: ['critical', 'high', 'normal'], expires: '2 days' },
    },
    'engagement.result': {
      carries: [CustomerEngaged],
      qos: { from: 'standard', priorities: ['critical', 'high', 'normal'] },
    },
    'customer.response': {
      carries: [CustomerResponded],
      qos: { from: 'standard', priorities: ['high'], expires: '2 days', tries: 5 },
    },
    'scheduling.request': {
      carries: [ScheduleService],
      qos: { from: 'standard', priorities: ['critical', 'high', 'normal'], expires: '10 minutes' },
    },
    'scheduling.release': {
      carries: [ReleaseService],
      // The time that a hold keeps its slot: later there is nothing to release.
      qos: { from: 'standard', priorities: ['normal'], expires: '2 hours' },
    },
    'scheduling.result': {
      carries: [ServiceScheduled, ServiceReleased],
      qos: { from: 'standard', priorities: ['critical', 'high', 'normal'] },
    },
    'cases.escalated': {
      carries: [CaseEscalated, FollowUpDue],
      qos: { from: 'urgent', priorities: ['critical', 'high'], expires: '1 day' },
    },
    'insights.manufacturing': { carries: [ManufacturingInsightFound], qos: { from: 'bulk' } },
  },
  agents: {
    'master-orchestrator': {
      role: 'orchestrator',
      subscribes: [
        'analysis.result',
        'engagement.result',
        'scheduling.result',
        'vehicle.feedback',
        'cases.escalated',
        'workflow.events',
        'system.timeouts',
        'system.errors',
      ],
      publishes: [ManufacturingInsightFound, CaseEscalated, FollowUpDue],
      description: 'follows every conversation, decides what the workflow leaves open, finds manufacturing insights',
    },
    'data-analysis': {
      capabilities: ['analysis'],
      subscribes: ['analysis.request'],
      handlerTimeout: '30 seconds',
      description: 'engine anomalies: limits, the fleet, the vehicle itself',
    },
    'customer-engagement': {
      capabilities: ['engagement'],
      subscribes: ['engagement.request', 'customer.response', 'approvals.requested'],
      handlerTimeout: '30 seconds',
      description: 'tells the customer, waits for the answer; tells people of decisions that wait for them',
    },
    scheduling: {
      capabilities: ['scheduling'],
      subscribes: ['scheduling.request', 'scheduling.release'],
      handlerTimeout: '30 seconds',
      description: 'finds and books a slot at a service centre, gives it back',
    },
  },
  clients: {
    'telemetry-gateway': { publishes: [VehicleTelemetryReported, AnalyzeVehicle] },
    'customer-portal': { publishes: [CustomerResponded, FeedbackReceived] },
    'service-desk': { publishes: [ScheduleService, ReleaseService] },
  },
  ingress: {
    fleet: {
      pattern: { source: ['com.acme.fleet'], 'detail-type': ['EngineReading'] },
      as: VehicleTelemetryReported,
      map: (event) => event.detail,
    },
  },
});
