import { LanewayError } from '../../shared/domain/errors.js';

/** Where an application is deployed: an AWS account, or an engine that imitates one at an endpoint. */
export type EngineTarget =
  { readonly kind: 'aws' } | { readonly kind: LocalEngine; readonly endpoint: string; readonly caFile?: string };

/** The engines that are told apart; `other` is whatever answers at AWS_ENDPOINT_URL and is neither of them. */
export type LocalEngine = 'ministack' | 'localstack' | 'other';

/** The only account and region of the local engines. */
export const localAccount = '000000000000';
export const localRegion = 'us-east-1';

/** The CDK context key that tells a synth which engine it is for; without it the template is the full one for AWS. */
export const engineContextKey = 'laneway:engine';

const localEngines: readonly LocalEngine[] = ['ministack', 'localstack', 'other'];
const probeTimeoutMs = 3000;

/**
 * The target that the environment names: AWS_ENDPOINT_URL as it stands (no engine is started beside it), else AWS.
 * Which engine answers there is asked of the engine itself; LANEWAY_ENGINE (`ministack`, `localstack`, `other`) answers
 * in its place, for one behind a proxy.
 *
 * @throws LanewayError ENGINE when nothing answers at AWS_ENDPOINT_URL, CONFIGURATION for an
 *   unknown LANEWAY_ENGINE.
 */
export async function detectEngine(env: NodeJS.ProcessEnv = process.env): Promise<EngineTarget> {
  const endpoint = env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined || endpoint === '') return { kind: 'aws' };
  const named = env['LANEWAY_ENGINE'];
  const kind = named === undefined || named === '' ? await askEngine(endpoint) : parseEngine(named);
  const caFile = env['NODE_EXTRA_CA_CERTS'];
  return { kind, endpoint, ...(caFile === undefined || !endpoint.startsWith('https:') ? {} : { caFile }) };
}

function parseEngine(name: string): LocalEngine {
  const known = localEngines.find((engine) => engine === name);
  if (known !== undefined) return known;
  throw new LanewayError('CONFIGURATION', `LANEWAY_ENGINE is '${name}'`, {
    help: [`known engines: ${localEngines.join(', ')}`, 'unset it to have the engine asked what it is'],
  });
}

/** MiniStack answers LocalStack's health path too, so its own comes first. */
async function askEngine(endpoint: string): Promise<LocalEngine> {
  if (await isHealthy(endpoint, '/_ministack/health')) return 'ministack';
  return (await isHealthy(endpoint, '/_localstack/health')) ? 'localstack' : 'other';
}

async function isHealthy(endpoint: string, path: string): Promise<boolean> {
  try {
    const response = await fetch(new URL(path, endpoint), { signal: AbortSignal.timeout(probeTimeoutMs) });
    const body = await response.text();
    return response.ok && body.startsWith('{') && body.includes('"services"');
  } catch (cause) {
    throw new LanewayError('ENGINE', `nothing answers at AWS_ENDPOINT_URL=${endpoint}`, {
      cause,
      help: ['start the engine there, or unset AWS_ENDPOINT_URL to have one started'],
    });
  }
}

/** What would lead a client or the CDK past the engine to a real account. */
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
    LANEWAY_ENGINE: target.kind,
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
