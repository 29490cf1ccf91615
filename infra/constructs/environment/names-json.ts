/** JSON object of names. Values may be CDK tokens, which hold no character that JSON escapes. */
export function namesJson(names: Readonly<Record<string, string>>): string {
  return `{${Object.entries(names)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',')}}`;
}
