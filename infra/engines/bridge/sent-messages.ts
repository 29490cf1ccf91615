import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { EngineTarget } from '../engine.js';

/** A mail that an application sent by SES and the engine kept instead of delivering. */
export interface SentMail {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** ISO 8601 */
  readonly at: string;
}

/** A text message that an application sent by SNS straight to a telephone number. */
export interface SentText {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The mails an engine kept, oldest first: MiniStack's `/_ministack/ses/messages`, LocalStack's `/_aws/ses`.
 *
 * @throws LanewayError ENGINE on AWS, which delivers mails and keeps none, and on engines that show none.
 */
export async function sentMails(target: EngineTarget): Promise<readonly SentMail[]> {
  const path = target.kind === 'ministack' ? '/_ministack/ses/messages' : '/_aws/ses';
  const messages = (await read(target, path, 'mails'))['messages'];
  const all = Array.isArray(messages) ? messages : Object.values(fields(messages)).flat();
  return all.map((one) => (target.kind === 'ministack' ? ministackMail(fields(one)) : localstackMail(fields(one))));
}

/** The text messages an engine kept: `sms-messages` of SNS, by number and in the order sent. */
export async function sentTexts(target: EngineTarget): Promise<readonly SentText[]> {
  const path = target.kind === 'ministack' ? '/_ministack/sns/sms-messages' : '/_aws/sns/sms-messages';
  const byNumber = fields((await read(target, path, 'text messages'))['sms_messages']);
  return Object.entries(byNumber).flatMap(([to, sent]) =>
    (Array.isArray(sent) ? sent : []).map((one) => {
      const { MessageId, Message } = fields(one);
      return { id: text(MessageId), to, text: text(Message) };
    }),
  );
}

async function read(target: EngineTarget, path: string, what: string): Promise<Fields> {
  if (target.kind === 'aws' || target.kind === 'other') {
    throw new LanewayError(
      'ENGINE',
      `sent ${what} cannot be read from ${target.kind === 'aws' ? 'AWS' : target.endpoint}`,
      {
        help: ['only MiniStack and LocalStack keep what was sent and show it'],
      },
    );
  }
  const response = await fetch(new URL(path, target.endpoint));
  if (!response.ok) throw new LanewayError('ENGINE', `${target.kind} answered ${response.status} to GET ${path}`);
  return fields(await response.json());
}

function ministackMail({ MessageId, Source, To, Subject, BodyText, BodyHtml, Timestamp }: Fields): SentMail {
  const at = new Date(Number(Timestamp) * 1000).toISOString();
  return mail(MessageId, Source, To, Subject, BodyText, BodyHtml, at);
}

function localstackMail({ Id, Source, Destination, Subject, Body, Timestamp }: Fields): SentMail {
  const { text_part: plain, html_part: html } = fields(Body);
  return mail(Id, Source, fields(Destination)['ToAddresses'], Subject, plain, html, inUtc(text(Timestamp)));
}

function mail(
  id: unknown,
  from: unknown,
  to: unknown,
  subject: unknown,
  body: unknown,
  html: unknown,
  at: string,
): SentMail {
  const receivers = Array.isArray(to) ? to.map(text) : [];
  const plain = { id: text(id), from: text(from), to: receivers, subject: text(subject), text: text(body), at };
  return typeof html === 'string' ? { ...plain, html } : plain;
}

/** LocalStack's times are UTC without saying so. */
const inUtc = (time: string) => new Date(/Z$|[+-]\d\d:\d\d$/.test(time) ? time : `${time}Z`).toISOString();

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
