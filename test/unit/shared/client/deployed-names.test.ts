import { namesFromEnvironment } from '../../../../shared/aws/physical-names.js';
import { namesFromOutputs } from '../../../../shared/client/deployed-names.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { shop } from '../../../kit/applications/fixture-topology.js';

const DEPLOYMENT = {
  ...{ Bus: 'the-bus', BusArn: 'arn:the-bus', PendingTable: 'the-pending' },
  ...{ LaneWarehouseHigh: 'https://sqs/1/high', LaneClerkNormal: 'https://sqs/1/clerk' },
  ...{ DeadLettersClerk: 'https://sqs/1/dead' },
};

test('outputs name each resource when it is asked for', () => {
  const names = namesFromOutputs(shop.model, DEPLOYMENT, { agent: 'clerk' });
  expect([names.of('bus'), names.of('busArn'), names.of('approvalTable')]).toEqual([
    ...['the-bus', 'arn:the-bus', 'the-pending'],
  ]);
  expect(names.of('deadLetterQueue')).toBe('https://sqs/1/dead');
  expect([names.has('pendingTable'), names.has('ledgerTable'), names.has('sealKey')]).toEqual([true, false, false]);
  expect(() => names.of('ledgerTable')).toThrow("have no output 'LedgerTable'");
});

test('lanes that are not deployed are left out; all agents are there', () => {
  expect(namesFromOutputs(shop.model, DEPLOYMENT).lanes()).toEqual({
    ...Object.fromEntries(Object.keys(shop.model.agents).map((agent) => [agent, {}])),
    warehouse: { high: 'https://sqs/1/high' },
    clerk: { normal: 'https://sqs/1/clerk' },
  });
});

test('every agent, client and ingress writes in the ledger, and the platform', () => {
  expect(namesFromOutputs(shop.model, DEPLOYMENT).writers()).toEqual([
    ...['platform', 'approval'],
    ...Object.keys(shop.model.agents).map((agent) => `agent.${agent}`),
    ...Object.keys(shop.model.clients).map((client) => `client.${client}`),
    ...Object.keys(shop.model.ingress).map((ingress) => `ingress.${ingress}`),
  ]);
});

test('what outputs do not hold is refused with the way to it', () => {
  const names = namesFromOutputs(shop.model, DEPLOYMENT);
  expect(() => names.of('deadLetterQueue')).toThrow("do not name the resource 'deadLetterQueue'");
  expect(() => names.of('linkKey')).toThrow("do not name the resource 'linkKey'");
  expect(() => names.machines()).toThrow(/have not been looked up/);
  expect(namesFromOutputs(shop.model, DEPLOYMENT, { machines: { fulfil: 'arn' } }).machines()).toEqual({
    fulfil: 'arn',
  });
});

test('the environment names what its function was given', () => {
  const names = namesFromEnvironment({}, { LANEWAY_BUS: 'b', LANEWAY_PENDING_TABLE: '' });
  expect([names.of('bus'), names.has('bus'), names.has('pendingTable'), names.has('busArn')]).toEqual([
    ...['b', true, false, false],
  ]);
  expect(names.lanes()).toEqual({});
  for (const refused of [
    () => names.of('pendingTable'),
    () => names.of('busArn'),
    () => names.machines(),
    () => names.writers(),
  ])
    expect(refused).toThrow(LanewayError);
});
