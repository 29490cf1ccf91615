import { jsonVariable, type Variables } from '../domain/base/environment.js';
import { unknownName } from '../domain/base/errors.js';

/**
 * Physical name of the resource that the application's `bind` gives this agent under a name.
 * @throws LanewayError NOT_FOUND when nothing is bound under it
 */
export type Bindings = (name: string) => string;

/** The bindings of this function. */
export function bindings(env: Variables = process.env): Bindings {
  const names = jsonVariable<string>('bindings', env);
  return (name) => {
    const physical = Object.hasOwn(names, name) ? names[name] : undefined;
    if (physical !== undefined) return physical;
    throw unknownName(
      'NOT_FOUND',
      `nothing is bound under '${name}'`,
      name,
      Object.keys(names),
      "the application's `bind`",
    );
  };
}
