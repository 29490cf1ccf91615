/** An object's members that are never undefined as they are, and the others optional. */
export type Defined<Given> = {
  [Name in keyof Given as undefined extends Given[Name] ? never : Name]: Given[Name];
} & { [Name in keyof Given as undefined extends Given[Name] ? Name : never]?: Exclude<Given[Name], undefined> };

/**
 * The members of an object that have a value, in their order. Stored items and messages have no undefined members: a
 * member that does not apply is absent.
 */
export function defined<Given extends object>(given: Given): Defined<Given> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) kept[name] = value;
  return kept as Defined<Given>;
}
