import { KmsLinkSigner } from '../../shared/aws/kms/kms-link-signer.js';
import { approvalLinks, type ApprovalLinks } from '../../shared/domain/request/approval-link.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import type { Surroundings } from './platform-function.js';

/** Links for people, where the application has them. */
export function linksOf({ topology, clients }: Surroundings): ApprovalLinks | undefined {
  const [page, key] = [process.env[ENVIRONMENT.approvalPage], process.env[ENVIRONMENT.linkKey]];
  if (!page || !key) return undefined;
  return approvalLinks(page, topology.name, new KmsLinkSigner(clients.kms, key));
}
