import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.js';
import type { Fabric, SharedRights } from '../fabric.js';
import { allow, allowFinding, allowPayloads, allowTable } from '../permissions.js';
import { PAYLOADS_OF_ALL_CLIENTS, PAYLOADS_OF_PLATFORM } from './payload-rights.js';

/** Properties of {@link SharedPolicies}. */
export interface SharedPoliciesProps extends Pick<Fabric, 'ledgerTable' | 'payloadBucket'> {
  /** Name of the topology. */
  readonly application: string;
}

/**
 * Rights that several roles have alike, each as one managed policy: a wildcard that all of them need stands in one place, where it
 * is looked at once, and takes no room in the policies of each.
 */
export class SharedPolicies extends Construct implements SharedRights {
  readonly tracing: ManagedPolicy;
  readonly payloads: ManagedPolicy;
  readonly clients: ManagedPolicy;

  constructor(scope: Construct, id: string, props: SharedPoliciesProps) {
    super(scope, id);
    const of = props.application;
    this.tracing = new ManagedPolicy(this, 'Tracing', { description: `Laneway: traces of the functions of ${of}` });
    allow(this.tracing, ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']);
    acknowledge(
      this.tracing,
      'AwsSolutions-IAM5[Resource::*]',
      'X-Ray has no resources: xray:Put* can only be allowed on *.',
    );
    this.payloads = new ManagedPolicy(this, 'Payloads', {
      description: `Laneway: payloads, for the platform of ${of}`,
    });
    allowPayloads(this.payloads, props, PAYLOADS_OF_PLATFORM);
    this.clients = new ManagedPolicy(this, 'Clients', { description: `Laneway: what every client of ${of} may` });
    // They read conversations; what each writes in them is its own.
    allowTable(this.clients, props.ledgerTable, ['query']);
    allowPayloads(this.clients, props, PAYLOADS_OF_ALL_CLIENTS);
    allowFinding(this.clients, 'A client');
  }
}
