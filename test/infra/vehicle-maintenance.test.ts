import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { vehicleMaintenance } from '../../infra/applications/vehicle-maintenance.js';
import { bundle, platformEntry } from '../../infra/constructs/bundle.js';
import { resourcesOf, unbundledApp } from '../kit/stands/synthesized-application.js';

/** The README without its line breaks, which its wrapping may put anywhere. */
const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');

function synthesize(app: App, nag: boolean) {
  vehicleMaintenance(app, 'Vehicles', {
    sender: 'service@vehicles.example',
    respondWithin: '24 hours',
    removalPolicy: RemovalPolicy.RETAIN,
  });
  if (nag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app.synth();
}

interface Acknowledged {
  readonly construct: string;
  readonly id: string;
  readonly reason: string;
}

function acknowledged(app: App): Acknowledged[] {
  return app.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => findings(data).map((finding) => ({ construct: construct.node.path, ...finding }))),
    );
}

function findings(data: unknown): { id: string; reason: string }[] {
  if (Array.isArray(data)) return data.flatMap(findings);
  if (typeof data !== 'object' || data === null) return [];
  if ('id' in data && 'reason' in data) return [{ id: String(data.id), reason: String(data.reason) }];
  return Object.entries(data).map(([id, reason]) => ({ id, reason: String(reason) }));
}

describe('the reference application', () => {
  it('passes AwsSolutions; what is acknowledged names resource, rule, finding and reason', () => {
    const app = unbundledApp();
    synthesize(app, true);
    const all = acknowledged(app).filter(({ id }) => id.includes('AwsSolutions'));
    expect(all.length).toBeGreaterThan(0);
    for (const { construct, id, reason } of all) {
      expect(Stack.isStack(app.node.findChild(construct.split('/')[0] ?? '')) && !construct.includes('/')).toBe(false);
      expect(id).toMatch(/AwsSolutions-(S1|SQS3|IAM5\[Resource::.+\])$/);
      expect(reason.length).toBeGreaterThan(30);
    }
    // The README says how many.
    expect(readme).toContain(`${all.length} findings of AwsSolutions are acknowledged`);
  });

  it('has as many queues and alarms as the README says, which is the only page that counts them', () => {
    const app = unbundledApp();
    const application = vehicleMaintenance(app, 'Vehicles', {
      sender: 'service@vehicles.example',
      respondWithin: '24 hours',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const resources = resourcesOf(application);
    const [queues, alarms] = ['AWS::SQS::Queue', 'AWS::CloudWatch::Alarm'].map(
      (wanted) => resources.filter(({ type }) => type === wanted).length,
    );
    expect(readme).toContain(`${queues} queues, ${alarms} alarms`);
    const howTo = readFileSync('docs/how-to/deploy-to-aws.md', 'utf8');
    expect(howTo.match(/\b\d+\s+(queues|alarms)\b/g)).toBeNull();
  });

  it('is really checked: a finding that is not acknowledged fails the synth', () => {
    const app = unbundledApp();
    const application = vehicleMaintenance(app, 'Vehicles', {
      sender: 'service@vehicles.example',
      respondWithin: '24 hours',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    application
      .agent('scheduling')
      .function.addToRolePolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow();
  });
});

describe('bundles', () => {
  it.each([
    ['one file', {}],
    ['an entry and chunks, for a local engine', { 'laneway:engine': 'ministack' }],
  ])('hold a platform function with the topology, as %s that Node loads', async (_, context) => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'laneway-bundle-')), context });
    const stack = new Stack(app, 'Bundles');
    const topology = join(process.cwd(), 'functions/vehicle-maintenance/topology.ts');
    bundle(
      stack,
      new Map([
        ['replies', platformEntry(stack, 'replies', topology)],
        ['deadlines', platformEntry(stack, 'deadlines', topology)],
      ]),
    );
    const file = join(app.outdir, '.laneway/bundles/replies/index.mjs');
    // On AWS the maps lie elsewhere, and nothing refers to them.
    const map = /sourceMappingURL=(.+)/.exec(readFileSync(file, 'utf8'))?.[1];
    expect(map === undefined || existsSync(join(dirname(file), map))).toBe(true);
    expect(map === undefined).toBe(Object.keys(context).length === 0);
    const module = (await import(pathToFileURL(file).href)) as { handler?: unknown };
    expect(typeof module.handler).toBe('function');
  });

  it('fail with what esbuild found', () => {
    const stack = new Stack(new App({ outdir: mkdtempSync(join(tmpdir(), 'laneway-bundle-')) }), 'Bundles');
    expect(() => bundle(stack, new Map([['x', '/no/such/file.ts']]))).toThrow(/cannot be bundled[^]*file\.ts/);
  });
});
