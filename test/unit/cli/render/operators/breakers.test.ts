import { breakerTable } from '../../../../../cli/render/operators/breakers.js';
import { plainPaint } from '../../../../../cli/render/paint.js';
import { newBreaker, tripped } from '../../../../../shared/domain/breaker/breaker.js';

const closed = newBreaker({ agent: 'clerk', name: 'books' }, 'w', 0);

it('says state, last failure, and when a call is tried again', () => {
  const until = '2026-01-01T00:01:00.000Z';
  const open = { ...closed, state: 'open', until, failures: 5, error: 'no answer\u001b[2J' } as const;
  const held = tripped({ ...closed, name: 'mail' }, { by: 'ana', why: 'moving' }, 'w', 0) ?? closed;
  const [head = '', first = '', second = ''] = breakerTable('office', [open, held], plainPaint);
  expect(head).toContain('tried again');
  expect(first).toMatch(/clerk\s+books\s+open\s+\S+\s+5\s+2026-01-01T00:01:00.000Z\s+no answer\\u001b\[2J/);
  expect(second).toMatch(/mail\s+open\s.*when it is reset\s+ana: moving/);
});

it('says that there is none', () => {
  expect(breakerTable('office', [], plainPaint)).toEqual(['no agent of office has made a guarded call yet']);
});
