import { rendezvous } from '../../../../../shared/domain/selection/rendezvous.js';

it('puts each of several agents first about as often, and the same one for the same message', () => {
  const agents = ['alpha', 'beta', 'gamma', 'delta', 'a1', 'a2'];
  const first = (id: string) =>
    agents.reduce((best, agent) => (rendezvous(id, agent) > rendezvous(id, best) ? agent : best));
  const count = new Map<string, number>();
  for (let index = 0; index < 6_000; index++) {
    const agent = first(`01a1ffa4-3d8c-761b-afe5-${String(index).padStart(12, '0')}`);
    count.set(agent, (count.get(agent) ?? 0) + 1);
  }
  for (const agent of agents) expect(Math.abs((count.get(agent) ?? 0) - 1_000)).toBeLessThan(120);
  expect(first('m')).toBe(first('m'));
});
