import { jsonVariable } from '../domain/environment.js';
import { unknownName } from '../domain/errors.js';

/** Physical names by binding name; reading one that was not bound throws. */
export type Bindings = Readonly<Record<string, string>> & { readonly [name: string]: string };

/**
 * The bindings of this function.
 * @throws LanewayError NOT_FOUND on reading a name that the application's `bind` does not give this agent
 */
export function bindings(env?: Readonly<Record<string, string | undefined>>): Bindings {
  const names = env ? jsonVariable<string>('bindings', env) : jsonVariable<string>('bindings');
  return new Proxy(names, {
    get: (target, name) => {
      if (typeof name !== 'string' || Object.hasOwn(target, name)) return Reflect.get(target, name) as string;
      throw unknownName(
        'NOT_FOUND',
        `nothing is bound under '${name}'`,
        name,
        Object.keys(target),
        "the application's `bind`",
      );
    },
  });
}
