import { fillTemplate, REPLY } from '../../../../../shared/domain/base/fill-template.js';

const reply = { booking: 'b1', seats: [{ row: 4 }] };

test('parts of the reply stand where the template has their places', () => {
  const template = {
    id: { [REPLY]: [{ field: 'booking' }] },
    row: { [REPLY]: [{ field: 'seats' }, { index: 0 }, { field: 'row' }] },
    note: { [REPLY]: [{ field: 'note' }, { orElse: 'none' }] },
    absent: { [REPLY]: [{ field: 'other' }] },
    fixed: ['a', 1, null],
  };
  expect(fillTemplate(template, reply)).toEqual({ id: 'b1', row: 4, note: 'none', fixed: ['a', 1, null] });
});

test.each([[['booking']], [[null]], [[{}]], [[{ field: 1 }]], [[{ index: 'x' }]], [[[{ field: 'booking' }]]]])(
  'what only looks like such a place, as it came with a message, stays what it is: %j',
  (hops) => {
    expect(fillTemplate({ from: { [REPLY]: hops } }, reply)).toEqual({ from: { [REPLY]: hops } });
  },
);
