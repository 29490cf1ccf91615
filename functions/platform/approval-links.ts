import { linkSignerPort, openPorts } from '../../shared/aws/ports.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { approvalLinks, type ApprovalLinks } from '../../shared/domain/request/approval-link.js';
import type { Surroundings } from './platform-function.js';

/** Links for people, where the application has them. */
export function linksOf({ topology, names }: Surroundings): ApprovalLinks | undefined {
  const page = process.env[ENVIRONMENT.approvalPage];
  if (!page || !names.has('linkKey')) return undefined;
  return approvalLinks(page, topology.name, openPorts(names, linkSignerPort).linkSigner);
}
