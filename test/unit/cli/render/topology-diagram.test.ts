import { topologyText } from '../../../../cli/render/topology-diagram.js';
import { topologyMermaid } from '../../../../cli/render/topology-mermaid.js';
import { depot, shop } from '../../../kit/applications/fixture-topology.js';

describe('a topology in text', () => {
  const text = topologyText(shop.model);
  const row = (first: string) => text.split('\n').find((line) => line.trimStart().startsWith(first)) ?? '';

  it('shows who says what to whom over what', () => {
    expect(text).toMatch(/client web-shop +OrderPlaced +─ orders → +clerk, warehouse/);
    expect(text).toMatch(/ingress marketplace +OrderPlaced +─ orders →/);
    expect(text).toMatch(/agent warehouse +StockReserved +─ stock\.result → +clerk/);
    expect(text).toMatch(/workflow or platform +ErrorReported/);
  });

  it('shows what the platform publishes once for each channel that carries it', () => {
    const flow = text.slice(text.indexOf('workflow or platform'), text.indexOf('\nChannels')).split('\n');
    expect(flow.length).toBeGreaterThan(5);
    expect(flow.length).toBe(new Set(flow).size);
  });

  it('shows the QoS of every channel, its own before the system channels', () => {
    expect(row('stock.request').trim().split(/ {2,}/)).toEqual([
      'stock.request',
      'critical high',
      '5 min',
      'dead-letter',
      '5',
      '500 ms to 10 s',
      '4',
      '1000',
      'bus',
      'ledger',
      'ReserveStock',
    ]);
    expect(row('shelf.scan')).toContain('direct');
    expect(text.indexOf('  orders ')).toBeLessThan(text.indexOf('  system.errors '));
    for (const name of Object.keys(shop.model.channels)) expect(row(name)).not.toBe('');
  });

  it('shows lanes, timeouts and error paths', () => {
    expect(row('scanner')).toMatch(/scanner +lambda +low +2 min/);
    expect(text).toMatch(/expired +dead letter on stock\.request, shelf\.scan, shelf\.counted/);
    expect(text).toContain('3 to 5 tries by channel');
  });

  it('says which agents run as workers', () => {
    expect(topologyText(depot.model)).toMatch(/\n {2}packer +worker +high normal +30 s/);
    expect(topologyText(depot.model)).toMatch(/\n {2}clerk +lambda +high normal +30 s/);
    const drawn = topologyMermaid(depot.model);
    expect(drawn).toContain('agent_packer["packer<br/><small>worker · high · normal</small>"]');
    expect(drawn).toContain('agent_clerk["clerk<br/><small>high · normal</small>"]');
  });

  it('continues long lists on a narrow terminal without losing a word', () => {
    const narrow = topologyText(shop.model, undefined, 100);
    expect(narrow.split('\n').length).toBeGreaterThan(text.split('\n').length);
    const words = (from: string) => from.split(/\s+/).sort();
    expect(words(narrow)).toEqual(words(text));
  });
});

describe('a topology in Mermaid', () => {
  const lines = topologyMermaid(shop.model).split('\n');

  it('declares every node that an edge names', () => {
    const nodes = new Set(lines.flatMap((line) => /^ {2}(\w+)[([{>]/.exec(line)?.[1] ?? []));
    const ends = lines.flatMap((line) => {
      const edge = /^ {2}(\w+)(?:\[.*\])? (?:-->|==>|-\.->|-\.).*? (\w+)$/.exec(line);
      return edge === null ? [] : [edge[1] ?? '', edge[2] ?? ''];
    });
    expect(ends.length).toBeGreaterThan(20);
    expect(ends.filter((end) => !nodes.has(end))).toEqual([]);
  });

  it('tells direct channels, priorities and the error paths', () => {
    expect(lines).toContain('  channel_shelf_2e_scan ==>|"low"| agent_scanner');
    expect(lines).toContain('  channel_orders -->|"critical, normal"| agent_clerk');
    expect(lines).toContain('  client_web_2d_shop -->|"OrderPlaced"| channel_orders');
    expect(lines.some((line) => line.includes('agent_clerk -.') && line.endsWith('deadletters'))).toBe(true);
    expect(lines.some((line) => line.endsWith('unroutable'))).toBe(true);
  });
});
