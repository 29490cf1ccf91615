import { userInfo } from 'node:os';

/** Login name of who runs the command: of the environment, else of the operating system; empty where neither knows one. */
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
