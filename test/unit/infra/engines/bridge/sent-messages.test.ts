import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sentMails, sentTexts } from '../../../../../infra/engines/bridge/sent-messages.js';

const servers: Server[] = [];

/** An engine that answers the given paths with the given bodies, anything else with 404. */
async function engineWith(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

describe('sentMails and sentTexts', () => {
  const seen = { id: 'm1', from: 'a@x.org', to: ['b@x.org'], subject: 'S', text: 'T', at: '2026-01-02T03:04:05.000Z' };

  it('read what MiniStack kept', async () => {
    const sent = { MessageId: 'm1', Source: 'a@x.org', To: ['b@x.org'], Subject: 'S', BodyText: 'T', BodyHtml: null };
    const endpoint = await engineWith({
      '/_ministack/ses/messages': {
        messages: { '000000000000': [{ ...sent, Timestamp: Date.parse(seen.at) / 1000 }] },
      },
      '/_ministack/sns/sms-messages': { sms_messages: { '+15550001111': [{ MessageId: 's1', Message: 'hello' }] } },
    });
    expect(await sentMails({ kind: 'ministack', endpoint })).toEqual([seen]);
    expect(await sentTexts({ kind: 'ministack', endpoint })).toEqual([{ id: 's1', to: '+15550001111', text: 'hello' }]);
  });

  it('read what LocalStack kept', async () => {
    const sent = {
      Id: 'm1',
      Source: 'a@x.org',
      Destination: { ToAddresses: ['b@x.org'] },
      Subject: 'S',
      Timestamp: '2026-01-02T03:04:05',
    };
    const body = { text_part: 'T', html_part: '<p>T</p>' };
    const endpoint = await engineWith({ '/_aws/ses': { messages: [{ ...sent, Body: body }] } });
    expect(await sentMails({ kind: 'localstack', endpoint })).toEqual([{ ...seen, html: '<p>T</p>' }]);
  });

  it('cannot be read from AWS', async () => {
    await expect(sentMails({ kind: 'aws' })).rejects.toMatchObject({ code: 'ENGINE' });
  });
});
