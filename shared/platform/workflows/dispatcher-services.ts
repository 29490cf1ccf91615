import type { SagaStore } from '../../domain/execution/saga.js';
import type { ApprovalLinks } from '../../domain/request/approval-link.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import type { Publishing } from '../../publishing/publish-message.js';
import type { ResumeServices } from './resume-waiter.js';

/** Ports of the dispatcher. */
export interface DispatcherServices extends ResumeServices {
  readonly publishing: Publishing;
  readonly pending: PendingStore;
  readonly sagas: SagaStore;
  /** Links of approvals; undefined where the application has none. */
  readonly approvalLinks?: ApprovalLinks | undefined;
}
