import { userInfo } from 'node:os';

/** Login name of the person who runs the command: from the environment, else from the operating system; empty when neither has one. */
export function actingUser(
  env: NodeJS.ProcessEnv = process.env,
  ask: () => string = () => userInfo().username,
): string {
  const named = [env['USER'], env['LOGNAME'], env['USERNAME']].find((name) => name !== undefined && name.trim() !== '');
  if (named !== undefined) return named;
  try {
    return ask();
  } catch {
    // The process runs under an id that no list of users has, as in a container.
    return '';
  }
}
