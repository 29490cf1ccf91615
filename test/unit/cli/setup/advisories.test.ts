// Plain JavaScript without types of its own, as it runs before anything is installed.
const { judgeAudit } = (await import(new URL('../../../../cli/setup/advisories.mjs', import.meta.url).href)) as {
  judgeAudit: (output: string) => { code: number; output: string; skipped?: string };
};

const advisory = { title: 'Runs what it reads', url: 'https://github.com/advisories/GHSA-1' };

function reportOf(...found: { name: string; severity: string; via?: unknown[] }[]): string {
  const vulnerabilities = Object.fromEntries(
    found.map(({ name, severity, via = [advisory] }) => [name, { name, severity, range: '<2.0.0', via }]),
  );
  return `npm warn something\n${JSON.stringify({ auditReportVersion: 2, vulnerabilities }, null, 2)}\n`;
}

describe('judgeAudit', () => {
  it('is content with a report that names no package', () => {
    expect(judgeAudit(reportOf())).toEqual({ code: 0, output: '' });
  });

  it.each(['high', 'critical'])('fails for an advisory that is %s, the worst first', (severity) => {
    const judged = judgeAudit(reportOf({ name: 'mild', severity: 'low' }, { name: 'wild', severity }));
    expect(judged.code).toBe(1);
    expect(judged.output.split('\n')[0]).toBe(
      `${severity} wild <2.0.0: Runs what it reads (https://github.com/advisories/GHSA-1)`,
    );
  });

  it('lists milder ones without failing, and names the package that brings one', () => {
    const judged = judgeAudit(reportOf({ name: 'mild', severity: 'moderate', via: ['wild'] }));
    expect(judged).toEqual({ code: 0, output: 'moderate mild <2.0.0: by wild' });
  });

  it.each([
    [
      'a registry that refuses',
      `npm warn audit 405 Method Not Allowed\n${JSON.stringify({ message: '405 Method Not Allowed', error: {} }, null, 2)}\nnpm error A complete log`,
      '405 Method Not Allowed',
    ],
    ['a registry that is not there', `${JSON.stringify({ error: { summary: 'no route' } }, null, 2)}\n`, 'no route'],
    ['what is no report', 'npm error code ENOTFOUND\n', 'npm error code ENOTFOUND'],
    ['a report that is cut off', '{\n  "vulnerabilities": {\n', '"vulnerabilities": {'],
    ['silence', '', 'it printed nothing'],
  ])('says of %s that nothing was asked, and is not content with it', (_, output, reason) => {
    const { code, skipped } = judgeAudit(output);
    expect([code, skipped?.trim()]).toEqual([0, expect.stringContaining(reason)]);
  });
});
