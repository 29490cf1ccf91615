import {
  exitOf,
  fail,
  runChecks,
  checkResultsText,
  ok,
  warn,
} from '../../../../../../cli/commands/examine/health/check-result.js';
import { plainPaint } from '../../../../../../cli/render/paint.js';

describe('findings', () => {
  it('end with 1 when one has failed, with 0 for warnings, and a check that throws has failed', async () => {
    const findings = await runChecks({
      bus: () => ok('takes events'),
      queues: () => warn('many wait', 'laneway queues'),
    });
    expect(exitOf(findings)).toBe(0);
    const broken = await runChecks({
      table: () => Promise.reject(Object.assign(new Error('denied\nmore'), { name: 'AccessDeniedException' })),
      bus: () => fail('refuses events'),
    });
    expect(exitOf(broken)).toBe(1);
    expect(broken[0]).toEqual({ check: 'table', state: 'fail', told: 'AccessDeniedException: denied' });
    expect(checkResultsText(findings, plainPaint).split('\n')).toEqual([
      'ok    bus     takes events',
      'warn  queues  many wait',
      '',
      'queues: laneway queues',
    ]);
  });
});
