export { defineTopology } from './define-topology.js';
export type {
  AgentSpec,
  ChannelSpec,
  ClientSpec,
  ForeignEvent,
  HeardBy,
  IngressSpec,
  PublishedBy,
  Topology,
  TopologySpec,
} from './topology.js';
export type { AgentModel, ChannelModel, ClientModel, IngressModel, TopologyModel, TypeModel } from './model.js';
export type { QosProfile } from '../domain/qos.js';
