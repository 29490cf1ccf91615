import type { LinkSigner } from '../../domain/request/approval-link.js';
import { kmsClient } from '../base/clients/kms-client.js';
import { KmsLinkSigner } from '../kms/kms-link-signer.js';

/** Signer of links. */
export function makeLinkSigner(key: string): LinkSigner {
  return new KmsLinkSigner(kmsClient(), key);
}
