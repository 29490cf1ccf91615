import { writeAddition, type Addition } from './add/addition.js';
import type { CommandContext } from '../../context/command-context.js';

/** Adds to the project's own files, and says which and what is left to do. */
export async function addCommand({ output, project }: CommandContext, what: string, addition: Addition): Promise<void> {
  const files = await writeAddition(project.directory, addition);
  const { next } = addition;
  output.result({ added: files.length > 0, files, next }, () =>
    files.length === 0
      ? `${what} is there already; nothing was changed`
      : [`added ${what}:`, ...files.map((file) => `  ${file}`), 'next:', ...next.map((line) => `  ${line}`)].join('\n'),
  );
}
