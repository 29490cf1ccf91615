import { openEngine } from '../../infra/engines/open-engine.js';
import { createContext } from '../context/command-context.js';
import { describeOutputs } from '../commands/deployment/deploy.js';
import { deployHere, shellLines } from '../commands/deployment/deploy-here.js';
import { span } from '../render/time.js';
import { describeTarget, enter } from '../context/target.js';
import { deployedWorld } from './deployed-world.js';
import { playDemo, type Performance } from './play-demo.js';

/**
 * The demonstration on an engine: engine up, application deployed, played, engine down unless it is kept.
 * @param respondWithin time that a customer has for an answer
 * @returns true when every conversation ended as it should
 */
export async function playOnEngine(performance: Performance, respondWithin: string): Promise<boolean> {
  const { options, output, signal, began } = performance;
  const { engine: _here, ...global } = options;
  const context = await createContext(global);
  const engine = await openEngine({
    projectDirectory: context.project.directory,
    keep: options.keep === true,
    progress: output.progress,
  });
  try {
    enter(engine.target);
    const outputs = await deployHere(context, engine.target, {
      signal,
      context: { 'vehicles:respond-within': respondWithin },
    });
    output.progress(`deployed after ${span(Date.now() - began)}`);
    const ok = await playDemo(await deployedWorld(engine.target), performance);
    if (options.keep) {
      for (const line of describeOutputs(outputs, output.paint)) output.progress(line);
      output.progress(
        `the engine stays up at ${describeTarget(engine.target)}; \`npm run laneway -- engine stop\` ends it.`,
      );
      output.progress('laneway finds it by itself; for other tools:');
      for (const line of shellLines(engine.target)) output.progress(`  ${line}`);
    }
    return ok;
  } finally {
    await engine.close();
  }
}
