import {
  approvalIn,
  renderApproval,
} from '../../../../../functions/vehicle-maintenance/customer-engagement/render-approval.js';
import { approval } from '../../../../kit/generators/notices.js';

describe('the mail to those who approve', () => {
  it('says what it takes to decide, by when and how', () => {
    const { subject, text, html } = renderApproval(approval);
    expect(subject).toBe('Decision needed: Repair above the cost limit');
    for (const body of [text, html]) {
      for (const said of ['1LWAN3AY1RP000001', '1780', 'EUR', '1500', 'Stop the engine', approval.deadline])
        expect(body).toContain(said);
      expect(body).toContain(`laneway approval approve ${approval.approval}`);
      expect(body).toContain(`laneway approval reject ${approval.approval}`);
    }
    expect(approvalIn(text)).toBe(approval.approval);
  });

  it('has the link, where there is one', () => {
    const link = 'https://page.example/57483e65~1~1772452800~code';
    const { text, html } = renderApproval({ ...approval, link });
    expect(text.split('\n')).toContain(`  ${link}`);
    expect(html).toContain(`<a href="${link}">`);
    expect(renderApproval(approval).html).not.toContain('href');
  });

  it('tells the second ones that they are', () => {
    const { subject, text } = renderApproval({ ...approval, approvers: 'fleet management', escalated: true });
    expect(subject).toContain('second request');
    expect(text).toContain('Those who were asked before have not decided');
    expect(text).toContain('fleet management');
  });

  it('lets no value add a line, a header or an element', () => {
    const { subject, text, html } = renderApproval({
      ...approval,
      title: 'Repair\r\nBcc: everyone@example.com',
      details: { work: '<script>alert(1)</script>\n  limit: 1' },
    });
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toContain('<script>');
    expect(text.split('\n')).not.toContain('  limit: 1');
  });

  it.each([[null], ['by word of mouth'], [['a', 1]], [{ nested: { cost: 1 } }]])('takes any details: %j', (details) => {
    const { text } = renderApproval({ ...approval, details });
    if (details !== null) expect(text).toContain(typeof details === 'string' ? details : '1');
    expect(text).not.toContain('[object Object]');
  });

  it('is not found in other mails', () => {
    expect(approvalIn('Shall we book? ACCEPT LW-1-2-3456')).toBeUndefined();
  });
});
