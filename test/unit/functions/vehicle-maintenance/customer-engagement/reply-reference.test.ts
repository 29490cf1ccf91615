import * as fc from 'fast-check';
import {
  renderMail,
  renderSms,
} from '../../../../../functions/vehicle-maintenance/customer-engagement/render-notice.js';
import {
  parseReply,
  parseReplyReference,
  renderReplyReference,
} from '../../../../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { ADDRESS, customer, engagement } from '../../../../kit/generators/notices.js';

describe('reply reference', () => {
  it('comes back out of mail, SMS and HTML for any ids', () => {
    const id = fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }));
    fc.assert(
      fc.property(id, id, (correlationId, requestId) => {
        const address = { correlationId, requestId };
        const mail = renderMail(engagement(), customer(), address);
        expect(parseReplyReference(mail.text)).toMatchObject({ ...address, options: ['accept', 'decline'] });
        expect(parseReplyReference(mail.html)).toMatchObject(address);
        expect(parseReplyReference(mail.text.toLowerCase())).toMatchObject(address);
        expect(renderSms(engagement('immediate'), address).length).toBeLessThanOrEqual(160);
      }),
    );
  });

  it('fits an SMS with UUIDs', () => {
    expect(parseReplyReference(renderSms(engagement('immediate'), ADDRESS))).toMatchObject(ADDRESS);
  });

  it('is found in quoted text and across a soft line break of quoted-printable', () => {
    const reference = renderReplyReference(ADDRESS);
    expect(parseReplyReference(`> > ACCEPT ${reference}`)).toMatchObject(ADDRESS);
    expect(parseReplyReference(`ACCEPT ${reference.slice(0, 30)}=\r\n${reference.slice(30)}`)).toMatchObject(ADDRESS);
  });

  it('refuses a reference with a changed character', () => {
    const reference = renderReplyReference(ADDRESS);
    const at = 10;
    const other = reference.charAt(at) === 'A' ? 'B' : 'A';
    expect(parseReplyReference(reference.slice(0, at) + other + reference.slice(at + 1))).toBeUndefined();
    expect(parseReplyReference('no reference here, LW-1-2-3456')).toBeUndefined();
  });

  it('reads the answer from the first line, and none out of the repeated notice', () => {
    const notice = renderMail(engagement(), customer(), ADDRESS).text;
    expect(parseReply(`Decline\n\n${notice}`)).toMatchObject({ ...ADDRESS, answer: 'decline' });
    expect(parseReply(`accept, thanks\n> ${notice}`)).toMatchObject({ answer: 'accept' });
    expect(parseReply(`no thanks\n${notice}`)).toBeUndefined();
    expect(parseReply(notice)).toBeUndefined();
    expect(parseReply('accept')).toBeUndefined();
  });
});
