import type { EngineTarget } from '../infra/engines/engine.js';
import type { LoadedTopology } from './load-topology.js';
import { createOutput, type GlobalOptions, type Output } from './output.js';
import type { Project } from './project.js';

/** What every command works with. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly output: Output;
  readonly project: Project;
  /** Loads the topology, once. */
  topology(): Promise<LoadedTopology>;
  /** Sets the environment for where the command works. */
  target(): Promise<EngineTarget>;
}

/** The context of one invocation; what it needs is loaded when it is asked for. */
export async function createContext(options: GlobalOptions): Promise<CommandContext> {
  const { findProject } = await import('./project.js');
  const project = findProject();
  const output = createOutput(options);
  let loaded: Promise<LoadedTopology> | undefined;
  return {
    options,
    output,
    project,
    topology: () => {
      loaded ??= import('./load-topology.js').then(({ loadTopology }) => loadTopology(project, options.topology));
      return loaded;
    },
    target: async () => {
      const { chooseTarget } = await import('./target.js');
      return chooseTarget({ directory: project.directory, engine: options.engine, progress: output.progress });
    },
  };
}
