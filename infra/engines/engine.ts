import { LanewayError } from '../../shared/domain/base/errors.js';

/** Target of a deployment: an AWS account, or an engine that imitates one at an endpoint. */
export type EngineTarget =
  | { readonly kind: 'aws' }
  | {
      readonly kind: LocalEngine;
      readonly endpoint: string;
      readonly caFile?: string;
      /** MiniStack with `AUTH=true`: every call is checked, and each function runs under its own role. */
      readonly iam?: true;
    };

/** Kinds of local engine; `other` is any that answers at AWS_ENDPOINT_URL and is neither MiniStack nor LocalStack. */
export type LocalEngine = 'ministack' | 'localstack' | 'other';

/** Name of an engine in LANEWAY_ENGINE and in the CDK context; `ministack-iam` is MiniStack that enforces permissions. */
export type EngineName = LocalEngine | 'ministack-iam';

/** The name of the engine at a target. */
export const engineName = ({ kind, iam }: Exclude<EngineTarget, { kind: 'aws' }>): EngineName =>
  kind === 'ministack' && iam === true ? 'ministack-iam' : kind;

/** The only account and region of the local engines. */
export const localAccount = '000000000000';
export const localRegion = 'us-east-1';

/** CDK context key that names the engine for which a template is made; without it the template is the full one for AWS. */
export const engineContextKey = 'laneway:engine';

const engineNames: readonly EngineName[] = ['ministack', 'ministack-iam', 'localstack', 'other'];
const probeTimeoutMs = 3000;

/**
 * The target that the environment names: AWS_ENDPOINT_URL as it stands (no engine is started beside it), else AWS.
 * The engine that answers there is asked for its kind; LANEWAY_ENGINE (`ministack`, `ministack-iam`, `localstack`, `other`)
 * names the kind in its place, for an engine behind a proxy.
 *
 * @throws LanewayError ENGINE when nothing answers at AWS_ENDPOINT_URL, CONFIGURATION for an unknown LANEWAY_ENGINE.
 */
export async function detectEngine(env: NodeJS.ProcessEnv = process.env): Promise<EngineTarget> {
  const endpoint = env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined || endpoint === '') return { kind: 'aws' };
  const name = namedEngine(env) ?? (await askEngine(endpoint));
  const caFile = env['NODE_EXTRA_CA_CERTS'];
  return {
    kind: name === 'ministack-iam' ? 'ministack' : name,
    endpoint,
    ...(caFile === undefined || !endpoint.startsWith('https:') ? {} : { caFile }),
    ...(name === 'ministack-iam' ? { iam: true } : {}),
  };
}

/** The engine that LANEWAY_ENGINE names. @throws LanewayError CONFIGURATION for an unknown one */
export function namedEngine(env: NodeJS.ProcessEnv): EngineName | undefined {
  const named = env['LANEWAY_ENGINE'];
  if (named === undefined || named === '') return undefined;
  const known = engineNames.find((engine) => engine === named);
  if (known !== undefined) return known;
  throw new LanewayError('CONFIGURATION', `LANEWAY_ENGINE is '${named}'`, {
    help: [`known engines: ${engineNames.join(', ')}`, 'unset it to have the engine asked what it is'],
  });
}

/** MiniStack answers LocalStack's health path too, so its own comes first. */
async function askEngine(endpoint: string): Promise<EngineName> {
  const ministack = await health(endpoint, '/_ministack/health');
  // It says whether it enforces permissions, under which a template needs what MiniStack alone asks for.
  if (ministack !== undefined) return /"auth": ?"enabled"/.test(ministack) ? 'ministack-iam' : 'ministack';
  return (await health(endpoint, '/_localstack/health')) === undefined ? 'other' : 'localstack';
}

/** Answer of a healthy engine at a path; undefined from an engine that does not know the path. */
async function health(endpoint: string, path: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL(path, endpoint), { signal: AbortSignal.timeout(probeTimeoutMs) });
    const body = await response.text();
    return response.ok && body.startsWith('{') && body.includes('"services"') ? body : undefined;
  } catch (cause) {
    throw new LanewayError('ENGINE', `nothing answers at AWS_ENDPOINT_URL=${endpoint}`, {
      cause,
      help: ['start the engine there, or unset AWS_ENDPOINT_URL to have one started'],
    });
  }
}

/** Variables that would lead a client or the CDK past the engine to a real account. */
const realAccountVariables = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
];

/**
 * The environment for child processes and SDK clients that shall reach the target: for AWS the given one, for a local
 * engine its endpoint, the test keys, account and region, and nothing that names a real account. Variables for single
 * services (`AWS_ENDPOINT_URL_S3`) stay as they are.
 */
export function engineEnvironment(target: EngineTarget, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (target.kind === 'aws') return env;
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !realAccountVariables.includes(name)));
  // Another engine may know accounts and regions; the two named ones are addressed with theirs, whatever the user has.
  const own = target.kind === 'other' ? kept : {};
  const region = own['AWS_REGION'] ?? own['AWS_DEFAULT_REGION'] ?? localRegion;
  return {
    ...kept,
    AWS_ENDPOINT_URL: target.endpoint,
    LANEWAY_ENGINE: engineName(target),
    AWS_ACCESS_KEY_ID: own['AWS_ACCESS_KEY_ID'] ?? 'test',
    AWS_SECRET_ACCESS_KEY: own['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: own['CDK_DEFAULT_ACCOUNT'] ?? localAccount,
    CDK_DEFAULT_REGION: own['CDK_DEFAULT_REGION'] ?? region,
    ...(target.caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: target.caFile, AWS_CA_BUNDLE: target.caFile }),
  };
}
