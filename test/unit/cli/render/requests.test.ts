import { plainPaint } from '../../../../cli/render/paint.js';
import { requestTable } from '../../../../cli/render/requests.js';
import type { VisibleRequest } from '../../../../shared/operator/requests/answer-request.js';

const request: VisibleRequest = {
  ...{ requestId: 'r1', correlationId: 'c1', messageId: 'm1', type: 'ReserveStock', replyType: 'StockReserved' },
  ...{ deadline: '2026-11-29T08:00:00.000Z', attempt: 1, hops: 0, waits: 'a client' },
};
const asked = (more: Partial<VisibleRequest>) => requestTable('shop', [{ ...request, ...more }], plainPaint).join('\n');

describe('what a command says', () => {
  it('names who is asked by a request: people, an agent, a time, a workflow, a message', () => {
    const approval = { workflow: 'settle', title: 'Pay?', details: {}, approvers: 'claims desk' };
    expect(asked({ approval, type: 'ApprovalRequested' })).toContain('people: claims desk');
    expect(asked({ approval, type: 'ApprovalRequested' })).not.toContain('an agent');
    expect(asked({ receiver: 'warehouse' })).toContain('warehouse');
    expect(asked({ holds: 'time', type: 'wait' })).toContain('nobody: a time');
    expect(asked({ holds: 'workflow', type: 'workflow:pay' })).toContain('a workflow');
    expect(asked({ type: 'await StockReserved' })).toContain('whoever publishes StockReserved');
    expect(asked({})).toContain('an agent');
  });
});
