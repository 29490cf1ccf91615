import { capture } from './run.mjs';

const severities = ['info', 'low', 'moderate', 'high', 'critical'];
const serious = ['high', 'critical'];
/** One try: a registry that does not answer is told of, not waited for. */
const options = ['--json', '--fetch-retries=0', '--fetch-timeout=20000'];

/**
 * Asks the registry of npm for advisories about the packages of the lock file, those of development among them: they run on the
 * machines of those who build. Serious ones fail; others are listed with them, and alone they do not.
 * @returns {Promise<{ code: number, output: string, skipped?: string }>} `skipped` says why nothing was asked
 */
export async function checkAdvisories() {
  const { output } = await capture('npm', ['audit', ...options]);
  return judgeAudit(output);
}

/** Judges what `npm audit --json` printed, its warnings before the report among it. */
export function judgeAudit(output) {
  const report = reportIn(output);
  const { vulnerabilities } = report ?? {};
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) {
    return { code: 0, output: '', skipped: `the registry gives no advisories: ${reasonOf(report, output)}` };
  }
  const found = Object.values(vulnerabilities)
    .map(({ name, severity, range, via }) => ({ name, severity, range, titles: titlesOf(via) }))
    .sort((one, other) => severities.indexOf(other.severity) - severities.indexOf(one.severity));
  const lines = found.map(({ name, severity, range, titles }) => `${severity} ${name} ${range}: ${titles}`);
  return { code: found.some(({ severity }) => serious.includes(severity)) ? 1 : 0, output: lines.join('\n') };
}

function reportIn(output) {
  const from = output.search(/^\{/m);
  const to = output.lastIndexOf('\n}');
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(output.slice(from, to + 2));
  } catch {
    return undefined;
  }
}

/** Titles of advisories; a package that is only affected by another names that one. */
function titlesOf(via = []) {
  return via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`)).join('; ');
}

function reasonOf(report, output) {
  return report?.message ?? report?.error?.summary ?? (output.trim().split('\n').at(-1) || 'it printed nothing');
}
