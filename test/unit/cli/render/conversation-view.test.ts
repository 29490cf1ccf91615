import { renderMermaid } from '../../../../cli/render/mermaid.js';
import { inColour, terminalPaint } from '../../../../cli/render/paint.js';
import { renderSequence } from '../../../../cli/render/sequence.js';
import { viewConversation } from '../../../../cli/render/conversation-view.js';
import { renderTree } from '../../../../cli/render/tree.js';
import { deadLetter, delivery, message, orderConversation } from '../../../kit/generators/constructed-ledger.js';

describe('a conversation as a tree', () => {
  it('hangs each message under the delivery that published it, with times, tries and dead letters', () => {
    const lines = renderTree(orderConversation()).split('\n');
    expect(lines.slice(3)).toEqual([
      'OrderPlaced normal from web-shop on orders  +0 ms',
      '├─ clerk: ✓ completed in 34 ms  waited 12 ms',
      '│  └─ ReserveStock high on stock.request  +40 ms',
      '│     └─ warehouse: ✓ completed in 1.20 s, on try 2  waited 20 ms',
      '│        └─ StockReserved critical on stock.result  +1.25 s',
      '│           └─ clerk: … not received yet',
      '└─ warehouse: ✗ dead letter after 3 tries: exhausted  waited 15 ms',
      '   └─ HANDLER: shelf 7 is locked',
      '',
      'request ReserveStock: replied after 1.25 s',
    ]);
    expect(lines[1]).toContain(
      '3 messages, 4 deliveries: 2 completed, 1 dead-lettered, 1 in flight, of these 1 not received yet',
    );
  });

  it('draws the same whatever order the ledger was read in', () => {
    expect(renderTree([...orderConversation()].reverse())).toBe(renderTree(orderConversation()));
  });

  it('puts a workflow step under the message that led to it', () => {
    const text = renderTree([
      message({ id: 'm1', type: 'OrderPlaced', ms: 0, expected: [] }),
      message({
        ...{ id: 'm2', type: 'ReserveStock', ms: 30, expected: ['warehouse'], causationid: 'm1' },
        source: 'laneway.fixture-shop.platform.dispatcher',
      }),
    ]);
    expect(text).toContain('├─ (no subscriber)\n└─ ReserveStock normal from dispatcher on orders  +30 ms');
  });

  it('shows progress, waiting retries, expiry and letters without a delivery', () => {
    const error = { code: 'HANDLER', message: 'no stock', name: 'Error', retryable: true } as const;
    const times = { messageId: 'm1', published: 0, received: 5, updated: 6 };
    const text = renderTree([
      message({ id: 'm1', type: 'OrderPlaced', ms: 0, expected: ['a', 'b', 'c', 'd'] }),
      delivery({
        ...times,
        receiver: 'a',
        state: 'leased',
        progress: { fraction: 0.4, note: 'matching', at: '2026-01-01T00:00:00.000Z' },
      }),
      delivery({ ...times, receiver: 'b', state: 'retrying', error }),
      delivery({ ...times, receiver: 'c', state: 'expired', tries: 0 }),
      deadLetter({ receiver: 'd', reason: 'undeliverable', messageId: 'm1', tries: 0 }),
      deadLetter({ receiver: '(unroutable)', reason: 'unparseable', id: 'x' }),
    ]);
    expect(text).toContain('a: … being handled, try 1: 40 %, matching');
    expect(text).toContain('b: … waits for try 2');
    expect(text).toContain('HANDLER: no stock');
    expect(text).toContain('c: ⌛ expired, not handled');
    expect(text).toContain('d: ✗ dead letter: undeliverable');
    expect(text).toContain('unreadable: unparseable');
  });

  it('shows messages whose causes form a circle rather than none of them', () => {
    const circle = [
      message({ id: 'm1', type: 'OrderPlaced', ms: 0, causationid: 'm2' }),
      message({ id: 'm2', type: 'OrderPlaced', ms: 1, causationid: 'm1' }),
    ];
    expect(viewConversation(circle).roots.map(({ id }) => id)).toEqual(['m1', 'm2']);
  });
});

describe('a conversation as a sequence in text', () => {
  it('draws an arrow for each delivery between the lifelines of publisher and receiver', () => {
    const lines = renderSequence(orderConversation()).split('\n');
    expect(lines.slice(3, 8)).toEqual([
      '     at  message        priority    web-shop    clerk    warehouse',
      '  +0 ms  OrderPlaced    normal         ●─────────►│          │       waited 12 ms, ✓ completed in 34 ms',
      '                                       ●────────────────────✗│       waited 15 ms, ' +
        '✗ dead letter after 3 tries: exhausted, HANDLER: shelf 7 is locked',
      ' +40 ms  ReserveStock   high           │          ●─────────►│       waited 20 ms, ✓ completed in 1.20 s, on try 2',
      '+1.25 s  StockReserved  critical       │          │◄─────────●       … not received yet',
    ]);
  });

  it('gives the lifelines letters where the names do not fit', () => {
    const text = renderSequence(orderConversation(), { width: 80 });
    expect(text).toContain('  A  web-shop\n  B  clerk\n  C  warehouse\n');
    expect(text).toContain('●────►│');
  });

  it('keeps its columns when it is painted', () => {
    const plain = renderSequence(orderConversation());
    const painted = inColour(renderSequence(orderConversation(), { paint: terminalPaint }));
    expect(painted).not.toBe(plain);
    const bare = painted.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '');
    expect(bare.split('\n').map((line) => line.trimEnd())).toEqual(plain.split('\n').map((line) => line.trimEnd()));
  });
});

describe('a conversation in Mermaid', () => {
  it('is a sequence diagram with replies dashed and dead letters crossed', () => {
    expect(renderMermaid(orderConversation()).split('\n')).toEqual([
      'sequenceDiagram',
      '  actor p0 as web-shop',
      '  participant p1 as clerk',
      '  participant p2 as warehouse',
      '  p0->>p1: OrderPlaced (normal) +0 ms',
      '  p0-xp2: OrderPlaced (normal) +0 ms',
      '  Note right of p2: dead letter after 3 tries: exhausted, HANDLER: shelf 7 is locked',
      '  p1->>p2: ReserveStock (high) +40 ms',
      '  Note right of p2: completed in 1.20 s, on try 2',
      '  p2-->>p1: StockReserved (critical) +1.25 s',
      '  Note right of p1: not received yet',
    ]);
  });

  it('escapes what Mermaid would read as syntax', () => {
    const error = { code: 'HANDLER', message: 'a; b #1 <c>', name: 'Error', retryable: false } as const;
    const times = { messageId: 'm1', published: 0, received: 5, updated: 6 };
    const text = renderMermaid([
      message({ id: 'm1', type: 'OrderPlaced', ms: 0, expected: ['a'] }),
      delivery({ ...times, receiver: 'a', state: 'retrying', error }),
    ]);
    expect(text).toContain('a#59; b #35;1 #lt;c#gt;');
  });
});
