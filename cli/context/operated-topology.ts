import { LanewayError } from '../../shared/domain/base/errors.js';
import { compareModels } from '../../shared/topology/deployed/compare-models.js';
import { storedTopology, storeModel, type StoredModel } from '../../shared/topology/deployed/stored-model.js';
import type { Topology } from '../../shared/topology/topology.js';

/** An application as an operator's command works on it. */
export interface Operated {
  readonly topology: Topology;
  /** Rules of payloads that only the agents can check, by type; empty with the sources at hand. */
  readonly unchecked: Readonly<Record<string, readonly string[]>>;
}

/** The folder's topology: not there, or the way to load it. */
export interface Checkout {
  readonly file: string;
  /** True when the user named it on the command line. */
  readonly explicit: boolean;
  /** Throws any error of the module. */
  load(): Promise<Topology>;
  /** The text of the module. */
  text(): string;
}

/** Facts and readers from which {@link operatedTopology} decides. */
export interface OperatedSources {
  /** The application that `--app` names. */
  readonly app: string | undefined;
  readonly checkout: Checkout | undefined;
  /** The folder the user is in. */
  readonly folder: string;
  /** @throws LanewayError NOT_FOUND, and what reading throws */
  readonly deployed: (application: string) => Promise<StoredModel | undefined>;
  readonly applications: () => Promise<readonly string[]>;
  readonly say: (line: string) => void;
}

/**
 * Decides which description of an application a command works by. `--app`: the deployed one. In a project: the checkout
 * while it equals what is deployed, else the deployed one, and it says what differs; `--topology` has the named one taken
 * all the same. A checkout that cannot be loaded stops nobody while its text still says which application it is.
 *
 * @throws LanewayError INVALID_OPTION with `--app` and `--topology`; NOT_FOUND when `--app` names what is not deployed or
 * has no model; CONFIGURATION outside a project without `--app`; what a checkout throws that nothing stands in for
 */
export async function operatedTopology(sources: OperatedSources): Promise<Operated> {
  const { app, checkout } = sources;
  if (app !== undefined) {
    if (checkout?.explicit === true) {
      throw new LanewayError('INVALID_OPTION', '--app and --topology are given', {
        help: ['allowed: one of them; --app works by what is deployed, --topology by sources'],
      });
    }
    const stored = await sources.deployed(app);
    if (stored) return fromStored(stored);
    throw new LanewayError('NOT_FOUND', `'${app}' was deployed by a Laneway that stored no model`, {
      help: ['deploy it again with this version, or run the command in the folder of its sources'],
    });
  }
  if (checkout === undefined) throw await nothingNamed(sources);
  let topology: Topology;
  try {
    topology = await checkout.load();
  } catch (error) {
    return inPlaceOf(checkout, error, sources);
  }
  return compared(topology, checkout, sources);
}

/** The deployed application in place of a checkout that cannot be loaded. */
async function inPlaceOf(checkout: Checkout, error: unknown, { deployed, say }: OperatedSources): Promise<Operated> {
  const name = checkout.explicit ? undefined : statedName(checkout);
  if (name === undefined) throw error;
  const stored = await deployed(name).catch(() => undefined);
  if (stored === undefined) throw error;
  const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  say(`${checkout.file} cannot be loaded (${why.trim()}): working by what is deployed of '${name}'`);
  return fromStored(stored);
}

async function compared(
  topology: Topology,
  { explicit }: Checkout,
  { deployed, say }: OperatedSources,
): Promise<Operated> {
  const local = { topology, unchecked: {} };
  let stored: StoredModel | undefined;
  try {
    stored = await deployed(topology.name);
  } catch (error) {
    // The command itself meets what is not deployed, or cannot be reached, and says so.
    if (!(error instanceof LanewayError) || error.code !== 'NOT_FOUND')
      say(`the checkout could not be held against what is deployed: ${firstLine(error)}`);
    return local;
  }
  if (stored === undefined) return local;
  const differences = compareModels(storeModel(topology, stored), stored);
  if (differences.length === 0) return local;
  const found = `the checkout differs from what is deployed of '${topology.name}': ${differences.join('; ')}`;
  say(`${found}; working by ${explicit ? 'the checkout' : 'what is deployed (--topology <path> takes a checkout)'}`);
  return explicit ? local : fromStored(stored);
}

function fromStored(stored: StoredModel): Operated {
  const unchecked = Object.entries(stored.types).flatMap(([name, type]) =>
    type.unchecked.length === 0 ? [] : [[name, type.unchecked] as const],
  );
  return { topology: storedTopology(stored), unchecked: Object.fromEntries(unchecked) };
}

/** The application that the text of a module defines, when it is just one. */
function statedName(checkout: Checkout): string | undefined {
  let text: string;
  try {
    text = checkout.text();
  } catch {
    return undefined;
  }
  const names = [...text.matchAll(/\bdefineTopology\s*\(\s*(['"`])([a-z][a-z0-9-]*)\1/g)].map(([, , name]) => name);
  const [only] = names;
  return new Set(names).size === 1 ? only : undefined;
}

async function nothingNamed({ applications, folder }: OperatedSources): Promise<LanewayError> {
  const names = await applications();
  return new LanewayError('CONFIGURATION', `which application? ${folder} is in no project that names a topology`, {
    help: [
      `deployed here: ${names.join(', ') || '(none)'}`,
      names.length === 0
        ? 'set AWS_ENDPOINT_URL, or AWS_REGION and credentials, to where the application is'
        : `type: laneway --app ${names.length === 1 ? names[0] : '<name>'} <command>`,
      'or go to the folder of its sources, whose package.json has "laneway": { "topology": "<path>" }',
    ],
  });
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message || error.name : String(error)).split('\n');
  return line;
}
