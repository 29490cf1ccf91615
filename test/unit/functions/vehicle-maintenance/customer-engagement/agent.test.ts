import { ApprovalRequested } from 'laneway/message';
import { invoke } from 'laneway/testing';
import { customerEngagement } from '../../../../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../../../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import { memorySenders } from '../../../../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { approval } from '../../../../kit/generators/notices.js';

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
