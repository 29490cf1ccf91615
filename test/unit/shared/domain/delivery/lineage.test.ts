import { extendPath, stepOf } from '../../../../../shared/domain/delivery/causal-path.js';
import { envelopeOf } from '../../../../../shared/domain/delivery/delivery.js';
import { attributesOf, behind, behindHandling, offPath } from '../../../../../shared/domain/delivery/lineage.js';
import { behindRequest, requestLineage } from '../../../../../shared/domain/request/request-lineage.js';
import { anEmission, anEnvelope } from '../../../../kit/generators/sample-messages.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const message = anEnvelope({
  ...{ id: 'm', correlationid: 'c', causationid: 'before', hops: 3, subject: 'p1' },
  ...{ path: stepOf('desk', 'ParcelArrived'), traceparent, tenant: 'acme', actor: 'ann' },
});
const inherited = { traceparent, tenant: 'acme', actor: 'ann' };

test('a message behind another one is a hop further, caused by it, in its conversation', () => {
  expect(behind(message)).toStrictEqual({
    ...{ correlationId: 'c', causationId: 'm', hops: 4, path: message.path },
    ...inherited,
  });
});

test('a message hands on nothing that it does not have', () => {
  const bare = anEnvelope({ id: 'm', correlationid: 'c', hops: 0 });
  expect(behind(bare)).toStrictEqual({ correlationId: 'c', causationId: 'm', hops: 1 });
  expect(attributesOf(behind(bare))).toStrictEqual({ correlationid: 'c', causationid: 'm', hops: 1 });
});

test('what is told of a message is on no causal path', () => {
  expect(offPath(message)).toStrictEqual({ ...{ correlationId: 'c', causationId: 'm', hops: 4 }, ...inherited });
});

test('what is published in a handling has one step more on its path', () => {
  const path = extendPath(message.path, stepOf('scale', message.type, 'p1'));
  expect(path).toHaveLength(8);
  expect(behindHandling(message, 'scale')).toStrictEqual({ ...behind(message), path });
});

test('an envelope carries its lineage, and only a deferred reply a conversation of its own', () => {
  const lineage = behindHandling(message, 'scale');
  expect(envelopeOf(anEmission(), lineage, 'laneway.sample.agent.scale')).toMatchObject({
    ...{ correlationid: 'c', causationid: 'm', hops: 4, path: lineage.path, attempt: 1 },
    ...inherited,
  });
  const deferred = anEmission({ correlationid: 'other' });
  expect(envelopeOf(deferred, lineage, 'laneway.sample.agent.scale')).toMatchObject({
    ...{ correlationid: 'other', causationid: 'm' },
  });
});

test('the record of a request keeps the lineage of its command, and messages about it come behind that', () => {
  const record = { ...requestLineage(message), messageId: 'm' };
  expect(record).toStrictEqual({ correlationId: 'c', hops: 3, tenant: 'acme', traceparent, messageId: 'm' });
  const { actor: _actor, ...lineage } = offPath(message);
  expect(behindRequest(record)).toStrictEqual(lineage);
});
