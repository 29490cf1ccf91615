import {
  escapeHtml,
  renderMail,
} from '../../../../../functions/vehicle-maintenance/customer-engagement/render-notice.js';
import { ADDRESS, customer, engagement } from '../../../../kit/generators/notices.js';

describe('renderMail', () => {
  it('escapes values in HTML and lets no line break through', () => {
    const nasty = '<script>alert("x")</script>\r\nBcc: all@example.com';
    const mail = renderMail(engagement('soon', nasty), customer({ name: 'A & <b>B</b>' }), ADDRESS);
    expect(mail.html).not.toMatch(/<script|<b>/);
    expect(mail.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(mail.text).toContain('Bcc: all@example.com');
    expect(mail.text).not.toMatch(/^Bcc/m);
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect(escapeHtml("'&")).toBe('&#39;&amp;');
    const turned = `gpj.${String.fromCharCode(0x202e)}exe`;
    expect(renderMail(engagement('soon', turned), customer(), ADDRESS).text).toContain('gpj. exe');
  });

  it('says how urgent it is, what was seen and what to do', () => {
    const mail = renderMail(engagement('immediate'), customer(), ADDRESS);
    expect(mail.subject).toContain('stop driving');
    expect(mail.text).toContain('Dear Ada Example,');
    expect(mail.text).toContain('  - Oil pressure is low.');
    expect(mail.text).toContain('Check the oil.');
  });
});
