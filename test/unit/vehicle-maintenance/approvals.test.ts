import { ApprovalRequested } from 'laneway/message';
import { invoke } from 'laneway/testing';
import { customerEngagement } from '../../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import {
  approvalIn,
  renderApproval,
  type RequestedApproval,
} from '../../../functions/vehicle-maintenance/customer-engagement/render-approval.js';
import { memorySenders } from '../../../functions/vehicle-maintenance/customer-engagement/senders.js';

const approval: RequestedApproval = {
  ...{ approval: '57483e65-fda2-876c-b369-fcd1110e1a97', workflow: 'maintenance', execution: 'maintenance-1' },
  ...{ step: 'critical.accepted.true.approve cost', title: 'Repair above the cost limit', approvers: 'service desk' },
  details: { vin: '1LWAN3AY1RP000001', work: 'Stop the engine', cost: 1_780, currency: 'EUR', limit: 1_500 },
  ...{ deadline: '2026-03-02T12:00:00.000Z', escalated: false },
};

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

describe('the agent that tells them', () => {
  const agentOf = (approvers: Readonly<Record<string, string>>) => {
    const senders = memorySenders();
    const stores = { directory: sampleDirectory(), outreach: memoryOutreach() };
    return { senders, agent: customerEngagement.with({ ...stores, senders, approvers }) };
  };

  it('mails the address that is bound for them, once for a message that comes twice', async () => {
    const { agent, senders } = agentOf({ 'service desk': 'desk@fleet.example' });
    await invoke(agent, ApprovalRequested, approval, { id: 'm1' });
    await invoke(agent, ApprovalRequested, approval, { id: 'm1' });
    expect(senders.mail.sent.map(({ to }) => to)).toEqual(['desk@fleet.example']);
  });

  it.each(['somebody else', 'constructor'])(
    'fails for good, so that an alarm tells, when %s are to decide',
    async (approvers) => {
      const { agent } = agentOf({ 'service desk': 'desk@fleet.example' });
      await expect(invoke(agent, ApprovalRequested, { ...approval, approvers })).rejects.toThrow(/no address is bound/);
    },
  );
});
