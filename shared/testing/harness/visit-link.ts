import type { Ports } from '../../domain/ports.js';
import { answerLink, type PageResponse } from '../../operator/approval-page/answer-link.js';
import type { AnswerServices } from '../../operator/requests/answer-request.js';

/** Entries into the form of the page behind an approval's link: the button that is pressed, and the reason. */
export interface VisitForm {
  /** Button that is pressed: Approve or Reject. */
  readonly decision: 'approved' | 'rejected';
  /** Text of the reason; the page demands one. */
  readonly reason: string;
}

/** Opens a link as a browser does, or with `form` sends the form of its page. */
export function visitLink(
  link: string,
  form: VisitForm | undefined,
  services: AnswerServices & { readonly linkSigner: Pick<Ports['linkSigner'], 'verify'> },
): Promise<PageResponse> {
  const path = link.replace(/^https?:\/\/[^/]*/, '');
  const sent = form && {
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ ...form }).toString(),
  };
  return answerLink({ method: form ? 'POST' : 'GET', path, ...sent }, { ...services, approvals: services.pending });
}
