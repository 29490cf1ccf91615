import type { EngineTarget } from '../../infra/engines/engine.js';
import type { Operated } from './operated-topology.js';
import type { LoadedTopology } from './load-topology.js';
import { createOutput, type GlobalOptions, type Output } from './output.js';
import type { Project } from './project.js';

/** Options, output, project and loaders that every command gets. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly output: Output;
  readonly project: Project;
  /** Loads the topology of the sources, once. */
  topology(): Promise<LoadedTopology>;
  /** Sets the environment as `target` does, and finds the application to operate there, once. */
  operated(): Promise<Operated>;
  /** Chooses engine or account for the command, and sets this process's environment so that clients reach it. */
  target(): Promise<EngineTarget>;
}

/** Creates the context of one invocation; modules and topology are loaded when they are first asked for. */
export async function createContext(options: GlobalOptions): Promise<CommandContext> {
  const { findProject } = await import('./project.js');
  const project = findProject();
  const output = createOutput(options);
  let loaded: Promise<LoadedTopology> | undefined;
  let operated: Promise<Operated> | undefined;
  const context: CommandContext = {
    options,
    output,
    project,
    topology: () => {
      loaded ??= import('./load-topology.js').then(({ loadTopology }) => loadTopology(project, options.topology));
      return loaded;
    },
    operated: () => {
      operated ??= import('./open-operated.js').then(({ openOperated }) => openOperated(context));
      return operated;
    },
    target: async () => {
      const { chooseTarget } = await import('./target.js');
      return chooseTarget({ directory: project.directory, engine: options.engine, progress: output.progress });
    },
  };
  return context;
}
