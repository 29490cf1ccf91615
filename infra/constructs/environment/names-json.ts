/** JSON of texts that may be tokens: those hold nothing that JSON escapes, and other texts may hold anything. */
export function namesJson(names: Readonly<Record<string, string>>): string {
  return `{${Object.entries(names)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',')}}`;
}
