import type { ApprovalLinks } from '../../domain/request/approval-link.js';
import type { ResumeServices } from './resume-waiter.js';

/** Ports of the dispatcher. */
export interface DispatcherServices extends ResumeServices {
  /** Links of approvals; undefined where the application has none. */
  readonly approvalLinks?: ApprovalLinks | undefined;
}
