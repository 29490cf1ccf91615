import { actingUser } from '../../../../cli/context/acting-user.js';
import { checkPayload } from '../../../../cli/input/check-payload.js';
import { describeError } from '../../../../cli/context/describe-error.js';
import { plainPaint } from '../../../../cli/render/paint.js';
import { requestTable } from '../../../../cli/render/requests.js';
import { ExportFolder } from '../../../../cli/commands/ledger/export-folder.js';
import type { VisibleRequest } from '../../../../shared/operator/requests/answer-request.js';
import { checkStartSize } from '../../../../shared/publishing/check-start-size.js';
import { ShelfCounted } from '../../../kit/applications/fixture-topology.js';

const request: VisibleRequest = {
  ...{ requestId: 'r1', correlationId: 'c1', messageId: 'm1', type: 'ReserveStock', replyType: 'StockReserved' },
  ...{ deadline: '2026-11-29T08:00:00.000Z', attempt: 1, hops: 0, waits: 'a client' },
};
const asked = (more: Partial<VisibleRequest>) => requestTable('shop', [{ ...request, ...more }], plainPaint).join('\n');

describe('what a command says', () => {
  it('knows the login name: of the environment, else of the operating system, else none', () => {
    const os = () => 'grace';
    expect(actingUser({ USER: 'ada', LOGNAME: 'eve' }, os)).toBe('ada');
    expect(actingUser({ USER: ' ', LOGNAME: 'eve' }, os)).toBe('eve');
    expect(actingUser({}, os)).toBe('grace');
    const unknown = () => {
      throw new Error('ENOENT: no such user');
    };
    expect(actingUser({}, unknown)).toBe('');
  });

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

  it('names each wrong field, what was given, and what is allowed', () => {
    expect(() => checkPayload(ShelfCounted, { shelf: 's', count: 1 })).not.toThrow();
    expect(() => checkPayload(ShelfCounted, { shelf: 7, count: 'x'.repeat(100) })).toThrow(
      /ShelfCounted, version 1\n {2}shelf: given 7; .*expected string.*\n {2}count: given "x{50,60}\.\.\.; .*expected number/,
    );
    expect(() => checkPayload(ShelfCounted, { shelf: 's' })).toThrow('count: given nothing; ');
    expect(() => checkPayload(ShelfCounted, 5)).toThrow('data: given 5; ');
  });

  it('says what to type where there is neither an engine nor an account', () => {
    const text = describeError(new Error('Region is missing'), false) ?? '';
    expect(text).toMatch(/nowhere to work[^]*laneway engine start[^]*AWS_REGION/);
    expect(text).not.toContain('Region is missing');
  });

  it('names the option that makes an export', () =>
    expect(() => ExportFolder.open('/nowhere/evidence')).toThrow('laneway ledger export --out /nowhere/evidence'));

  it('refuses what no workflow can be started with, by size and bound; nothing that starts none', () => {
    const large = { text: 'x'.repeat(200_000) };
    expect(() => checkStartSize('OrderPlaced', large, ['settle'])).toThrow(
      /OrderPlaced has 200011 bytes and starts 'settle'[^]*allowed: 200000 bytes/,
    );
    expect(() => checkStartSize('OrderPlaced', large, [])).not.toThrow();
    expect(() => checkStartSize('OrderPlaced', { text: 'x' }, ['settle'])).not.toThrow();
    expect(() => checkStartSize('OrderPlaced', undefined, ['settle'])).not.toThrow();
  });
});
