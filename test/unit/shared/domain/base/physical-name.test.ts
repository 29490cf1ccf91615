import { physicalName } from '../../../../../shared/domain/base/physical-name.js';

describe('the name of a queue or a state machine', () => {
  it('is its parts', () => {
    expect(physicalName('ShopMessaging', 'data-analysis', 'critical')).toBe('ShopMessaging_data-analysis_critical');
  });

  it('keeps parts apart that hyphens would mix', () => {
    expect(physicalName('Shop', 'a', 'b-c')).not.toBe(physicalName('Shop', 'a-b', 'c'));
  });

  it('is cut at 80 characters, and still differs where only the end does', () => {
    const agent = 'a'.repeat(64);
    const names = ['critical', 'high', 'normal', 'low', 'dead-letters'].map((lane) =>
      physicalName('ProductionMessaging', agent, lane),
    );
    for (const name of names) expect(name).toMatch(/^ProductionMessaging_[\w-]{60}$/);
    expect(new Set(names).size).toBe(names.length);
    expect(physicalName('p'.repeat(70), 'x'.repeat(9))).toHaveLength(80);
    expect(physicalName('p'.repeat(70), 'x'.repeat(9))).toMatch(/_x{9}$/);
  });
});
