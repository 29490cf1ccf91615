import { defined } from '../../domain/base/defined.js';
import type { Ports } from '../../domain/ports.js';
import { readLink, type LinkClaims } from '../../domain/request/approval-link.js';
import { formPage, LONGEST_REASON, noticePage, PAGE_HEADERS, readable, type ApprovalForm } from './approval-page.js';
import { described } from '../../domain/execution/kept-state.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { DecideServices } from '../../publishing/close-approval.js';
import type { Topology } from '../../topology/topology.js';
import {
  AlreadyDecided,
  decideOpen,
  decisionOf,
  type OpenApproval,
  type StandingDecision,
} from '../requests/decide-approval.js';

/** Request of a browser for the page behind a link. */
export interface PageRequest {
  readonly method: string;
  /** Path of the address: `/` and the token. */
  readonly path: string;
  readonly contentType?: string;
  /** Text of the body, not base64. */
  readonly body?: string;
}

/** Response of the page behind an approval's link, to a browser. */
export interface PageResponse {
  /** HTTP status code. */
  readonly status: number;
  /** HTTP headers, by name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** HTML text of the page. */
  readonly body: string;
}

/** Ports and settings of the page behind links. */
export interface PageServices extends DecideServices, Pick<Ports, 'approvals'> {
  readonly topology: Pick<Topology, 'name'>;
  readonly linkSigner: Pick<Ports['linkSigner'], 'verify'>;
}

/** Most characters of a form's text: its reason, percent-encoded, and some more. */
const MOST_BYTES = 16_384;

const FORM = 'application/x-www-form-urlencoded';

/**
 * Answers for the page behind an approval's link. Opening it decides nothing, as mail scanners open every link. Sending its form
 * decides in the name of those that the link was sent to, as `laneway approval` would: the first decision stands, and the ledger
 * keeps who, when and why. The page of a decided approval shows the decision, its time and its maker, and no more. Every answer
 * is a page.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE: the form may be sent again
 */
export async function answerLink(request: PageRequest, services: PageServices): Promise<PageResponse> {
  const response = await answer(request, services);
  return request.method === 'HEAD' ? { ...response, body: '' } : response;
}

async function answer(request: PageRequest, services: PageServices): Promise<PageResponse> {
  const { method, path, body = '' } = request;
  if (!['GET', 'HEAD', 'POST'].includes(method)) return refusal(405, 'Not possible', [], { allow: 'GET, HEAD, POST' });
  if (body.length > MOST_BYTES) return refusal(413, 'Too long', [`A reason has at most ${LONGEST_REASON} characters.`]);
  const claims = await readLink(path.slice(1), services.topology.name, services.linkSigner);
  if (!claims || !path.startsWith('/')) return invalid();
  const record = await services.approvals.get(claims.approval);
  if (!isApproval(record)) return refusal(410, 'This link is too old', ['What it asked for is forgotten by now.']);
  const by = askedOf(record, claims);
  if (by === undefined) return invalid();
  if (record.outcome) return ended(decisionOf(record.outcome), method === 'POST' ? 409 : 200);
  if (claims.until <= services.clock.now()) {
    return refusal(410, 'The time to decide is over', [`It ended ${readable(new Date(claims.until).toISOString())}.`]);
  }
  if (method !== 'POST') return form(record, claims, services);
  return decide(request, record, { ...claims, by }, services);
}

async function decide(
  { contentType = '', body = '' }: PageRequest,
  record: OpenApproval,
  claims: LinkClaims & { readonly by: string },
  services: PageServices,
): Promise<PageResponse> {
  if (contentType.split(';')[0]?.trim().toLowerCase() !== FORM)
    return refusal(415, 'Not possible', ['Use the form of the page that the link leads to.']);
  const { by } = claims;
  const given = new URLSearchParams(body);
  const [decision, why] = [given.get('decision'), reasonIn(given)];
  const again = (problem: string): PageResponse =>
    form(record, claims, services, { problem: `Nothing was decided: ${problem}.`, reason: why });
  if (decision !== 'approved' && decision !== 'rejected') return again('press Approve or Reject');
  if (why === '') return again('say why');
  if (why.length > LONGEST_REASON) return again(`a reason has at most ${LONGEST_REASON} characters`);
  try {
    await decideOpen(record, decision, { by, why }, services);
  } catch (error) {
    if (error instanceof AlreadyDecided) return ended(error.standing, 409);
    throw error;
  }
  const lines = [`You decided for ${by}: ${decision}. The workflow goes on.`, 'The link has no further use.'];
  return respond(200, noticePage({ title: 'Thank you', lines }));
}

/**
 * The reason in a form, without the line ends of forms, which browsers count as one character, and without control characters, which
 * would steer a terminal.
 */
function reasonIn(form: URLSearchParams): string {
  const given = (form.get('reason') ?? '').replaceAll('\r\n', '\n');
  return given.replace(/(?!\n)\p{Cc}/gu, ' ').trim();
}

/**
 * People who got the link: the approvers in round 1, in round 2 those to whom the approval escalated. Undefined when
 * there are none.
 */
function askedOf({ approval }: OpenApproval, { round }: LinkClaims): string | undefined {
  return round === 1 ? approval.approvers : approval.escalateTo;
}

function form(
  { approval, bound, deadline }: OpenApproval,
  { round }: LinkClaims,
  { topology }: PageServices,
  sent?: Pick<ApprovalForm, 'problem' | 'reason'>,
): PageResponse {
  const { workflow, title, details, approvers, escalateTo } = approval;
  const hasEscalated = escalateTo !== undefined && deadline === bound;
  const others = round === 2 ? approvers : hasEscalated ? escalateTo : undefined;
  const body = formPage({
    ...{ application: topology.name, workflow, title, details: described(details), until: bound ?? deadline },
    approvers: round === 2 ? (escalateTo ?? approvers) : approvers,
    ...defined({ others }),
    ...sent,
  });
  return respond(sent ? 422 : 200, body);
}

function ended(decision: StandingDecision | undefined, status: number): PageResponse {
  if (!decision) {
    const lines = ['The workflow does not wait for a decision any more.'];
    return respond(status, noticePage({ title: 'Nothing to decide', lines }));
  }
  const { by, at } = decision;
  const line =
    decision.decision === 'silent'
      ? `Nobody decided in time (${readable(at)}).`
      : `${decision.decision} by ${by.replace(/^arn:\S+/, 'an operator')}, ${readable(at)}.`;
  return respond(status, noticePage({ title: 'This has been decided', lines: [line, 'The first decision stands.'] }));
}

function invalid(): PageResponse {
  return refusal(403, 'This link is not valid', ['It has to be opened whole, exactly as it was sent.']);
}

function refusal(
  status: number,
  title: string,
  lines: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): PageResponse {
  const way = 'Ask those who sent it; who operates the application decides with laneway approval.';
  return respond(status, noticePage({ title, lines: [...lines, way] }), headers);
}

function respond(status: number, body: string, headers: Readonly<Record<string, string>> = {}): PageResponse {
  return { status, headers: { ...PAGE_HEADERS, ...headers }, body };
}

function isApproval(record: Omit<PendingRecord, 'waiter'> | undefined): record is OpenApproval {
  return record?.approval !== undefined;
}
