/** Places of MiniStack's installation for one project. */
export interface MinistackInstallation {
  /** The ignored folder `.laneway` of the project: engine, logs, state of kept engines. */
  readonly home: string;
  readonly directory: string;
  /** The interpreter of the private virtual environment. */
  readonly python: string;
  readonly stamp: string;
  /** SHA-256 of requirements.txt; equal to the stamp when the installation is current. */
  readonly wanted: string;
  readonly installed: boolean;
}

/** Advice to a user who cannot have MiniStack here. */
export declare const otherEngines: readonly string[];

/** The engine cannot be installed or run on this machine; the message ends with the ways out. */
export declare class EngineUnavailableError extends Error {
  /** The message without the ways out. */
  readonly problem: string;
  constructor(problem: string, waysOut: readonly string[], options?: { cause?: unknown });
}

/** Finds the engine of a project, and tells whether it is there in the version asked for. Starts no process. */
export declare function ministackInstallation(projectDirectory?: string): MinistackInstallation;

/**
 * Installs the engine unless it is there: about ten seconds the first time, a few milliseconds later.
 *
 * @throws EngineUnavailableError without a fitting Python, without network, or when pip fails.
 */
export declare function installMinistack(options?: {
  readonly projectDirectory?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly progress?: ((line: string) => void) | undefined;
}): Promise<MinistackInstallation>;

/**
 * Tells in a sentence what this machine lacks for the engine; undefined where it is installed or can be. Installs nothing,
 * and does not ask the network.
 */
export declare function ministackLacks(options?: {
  readonly projectDirectory?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}): Promise<string | undefined>;
