import { formPage } from '../../../../../shared/operator/approval-page/approval-page.js';

test('no text of a page is markup, turns the direction of its neighbours or is invisible', () => {
  const [override, nothing] = [String.fromCharCode(0x202e), String.fromCharCode(0x200b)];
  const hostile = `<b>&"'${override}drawkcab${nothing}`;
  const page = formPage({
    ...{ application: hostile, workflow: hostile, title: hostile, approvers: hostile, others: hostile },
    ...{ details: { [hostile]: hostile, deep: { hostile } }, until: '2026-11-21T14:05:00.000Z' },
    ...{ problem: hostile, reason: `one\r\ntwo ${hostile}` },
  });
  expect(page).not.toMatch(/<b>|[\u200b\u202e]/);
  expect(page).toContain('<h1>&lt;b&gt;&amp;&quot;&#39;\\u202edrawkcab\\u200b</h1>');
  expect(page).toContain('one\r\ntwo &lt;b&gt;');
});
