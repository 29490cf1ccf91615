import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { wholeSeconds, type Duration as LanewayDuration } from '../../shared/domain/base/duration.js';
import { acknowledge } from '../constructs/acknowledge.js';
import { ENGINE_CONTEXT } from '../constructs/bundle.js';
import type { LanewayApplication } from './laneway-application.js';
import { lanesOf } from '../constructs/queues/mailbox.js';
import { refuse, scaleByLanes, scalingOf, wholeFrom, type WorkerScaling } from './worker-scaling.js';
import { HEALTH_COMMAND, workerImage } from './worker-image.js';

/** Properties of {@link WorkerService}. */
export interface WorkerServiceProps {
  /** Application that declares the agents. */
  readonly application: LanewayApplication;
  /** Agents that run as workers, all in each task; at most ten, with at most ten lanes in all. */
  readonly agents: readonly string[];
  /**
   * Network of a cluster of its own, with Container Insights; this or `cluster`. It reaches SQS, EventBridge, DynamoDB, S3,
   * CloudFormation, ECR and CloudWatch Logs, and so does the network of a cluster made elsewhere.
   */
  readonly vpc?: IVpc;
  /** A cluster made elsewhere, with its network; this or `vpc`. */
  readonly cluster?: ICluster | Cluster;
  /** @default private subnets with a way out */
  readonly vpcSubnets?: SubnetSelection;
  /** @default one that lets nothing in and everything out */
  readonly securityGroups?: ISecurityGroup[];
  /** True: tasks have public addresses, needed in public subnets. @default false */
  readonly assignPublicIp?: boolean;
  /** Messages that a task handles side by side, over all its lanes. @default 8 */
  readonly concurrency?: number;
  /** Units of a processor, 1024 being one. @default 256 */
  readonly cpu?: number;
  /** MB of memory; Fargate takes certain pairs with `cpu`. @default 512 */
  readonly memory?: number;
  /** Bounds and targets of the number of tasks. @default see {@link WorkerScaling} */
  readonly scaling?: WorkerScaling;
  /**
   * Longest wait, when a task ends, for what it handles; the rest goes back to its lanes. Fargate grants two minutes, of
   * which 15 seconds are kept for writing down outcomes. @default '100 seconds'
   */
  readonly drain?: LanewayDuration;
  /** Retention of its logs. @default one month */
  readonly logRetention?: RetentionDays;
  /** Image of Node, with a tag, that the image is built on. @default that of the package's Dockerfile */
  readonly nodeImage?: string;
}

/** The most that Fargate waits between SIGTERM and SIGKILL (ECS developer guide, `stopTimeout`). */
export const STOP_SECONDS = 120;

/** The drain of a service's tasks where its properties do not say. */
export const DEFAULT_SERVICE_DRAIN = '100 seconds';

/** Part of it in which outcomes are written down and the process ends. */
export const END_SECONDS = 15;

/** Metrics of one alarm's expression (CloudWatch quota), and managed policies of one role (IAM quota). */
const MOST = 10;

/**
 * Agents on Fargate: an image with their bundles, and tasks under a role that may do what the topology says of these agents
 * and nothing else. The number of tasks follows the messages that wait in the lanes; a task is drained before it ends. A
 * deployment whose tasks do not become healthy is rolled back. Docker is needed to deploy it, and not to synthesize it. For a local engine
 * nothing is made: there `laneway dev` runs the workers.
 *
 * Messages are handled at least once, unordered, as everywhere. A task that is killed costs its messages 20 seconds.
 *
 * @throws LanewayError UNKNOWN_AGENT, NOT_FOUND (an agent without worker.ts), INVALID_OPTION, CONFIGURATION (bundling)
 */
export class WorkerService extends Construct {
  /** Service that runs the tasks. Undefined on a local engine. */
  readonly service: FargateService | undefined;
  /** Role of the tasks, with the policy of every agent, bindings included. Undefined on a local engine. */
  readonly taskRole: Role | undefined;

  constructor(scope: Construct, id: string, props: WorkerServiceProps) {
    super(scope, id);
    const { application, concurrency = 8 } = props;
    const agents = [...new Set(props.agents)];
    wholeFrom('concurrency', concurrency, 1);
    if ((props.vpc === undefined) === (props.cluster === undefined))
      refuse(`it has ${props.vpc ? 'both vpc and cluster' : 'neither vpc nor cluster'}`, 'allowed: one of the two');
    if (agents.length === 0 || agents.length > MOST)
      refuse(`it has ${agents.length} agents`, `allowed: 1 to ${MOST}; give the others a service of their own`);
    const entries = agents.map((agent) => application.workerEntry(agent));
    const lanes = agents.flatMap((agent) => lanesOf(application.mailbox(agent)));
    if (lanes.length === 0 || lanes.length > MOST)
      refuse(
        `its agents have ${lanes.length} lanes`,
        `allowed: 1 to ${MOST} (metrics of one alarm); use more services`,
      );
    const { drain = DEFAULT_SERVICE_DRAIN } = props;
    const stopSeconds = wholeSeconds(drain) + END_SECONDS;
    if (stopSeconds > STOP_SECONDS)
      refuse(
        `drain is '${drain}'`,
        `allowed: up to ${STOP_SECONDS - END_SECONDS} seconds (Fargate grants two minutes)`,
      );
    const scaling = scalingOf(props.scaling ?? {}, concurrency);
    // There `laneway dev` runs the workers, or `laneway worker run`.
    if (this.node.tryGetContext(ENGINE_CONTEXT)) return;
    this.taskRole = new Role(this, 'TaskRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      path: application.rolePath,
    });
    for (const agent of agents) this.taskRole.addManagedPolicy(application.worker(agent).policy);
    const image = workerImage(this, {
      ...{ entries, concurrency, drain },
      ...(props.nodeImage === undefined ? {} : { nodeImage: props.nodeImage }),
    });
    const task = this.taskOf(props, this.taskRole, ContainerImage.fromDockerImageAsset(image), stopSeconds);
    this.service = new FargateService(this, 'Service', {
      cluster: clusterOf(this, props),
      taskDefinition: task,
      desiredCount: scaling.min,
      assignPublicIp: props.assignPublicIp ?? false,
      circuitBreaker: { rollback: true },
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      ...(props.vpcSubnets ? { vpcSubnets: props.vpcSubnets } : {}),
      ...(props.securityGroups ? { securityGroups: props.securityGroups } : {}),
    });
    scaleByLanes(this.service, lanes, scaling, concurrency);
  }

  private taskOf(
    props: WorkerServiceProps,
    taskRole: Role,
    image: ContainerImage,
    stopSeconds: number,
  ): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 256,
      memoryLimitMiB: props.memory ?? 512,
      taskRole,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    task.addContainer('Worker', {
      image,
      logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'worker' }),
      stopTimeout: Duration.seconds(stopSeconds),
      healthCheck: {
        command: HEALTH_COMMAND,
        interval: Duration.seconds(30),
        timeout: Duration.seconds(5),
        startPeriod: Duration.seconds(60),
        retries: 3,
      },
    });
    acknowledge(
      task.obtainExecutionRole(),
      'AwsSolutions-IAM5[Resource::*]',
      'ECS pulls the image with a token of the registry: ecr:GetAuthorizationToken can only be allowed on *.',
    );
    return task;
  }
}

/** CDK's interface does not take its own class under `exactOptionalPropertyTypes`. */
function clusterOf(scope: Construct, { cluster, vpc }: WorkerServiceProps): ICluster {
  if (cluster) return cluster as ICluster;
  return new Cluster(scope, 'Cluster', {
    ...(vpc ? { vpc } : {}),
    containerInsightsV2: ContainerInsights.ENABLED,
  }) as ICluster;
}
