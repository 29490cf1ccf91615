import { Buffer } from 'node:buffer';
import { GenerateMacCommand, VerifyMacCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { LinkSigner } from '../../domain/request/approval-link.js';
import { available, awsCode, unavailable } from '../base/aws-error.js';

/** Signs with an HMAC key that never leaves KMS; who may check a code need not be able to make one. */
export class KmsLinkSigner implements LinkSigner {
  constructor(
    private readonly client: KMSClient,
    private readonly key: string,
  ) {}

  async sign(text: string): Promise<string> {
    const { Mac } = await available(
      'signing a link',
      this.client.send(
        new GenerateMacCommand({ KeyId: this.key, Message: Buffer.from(text), MacAlgorithm: 'HMAC_SHA_256' }),
      ),
    );
    return Buffer.from(Mac ?? []).toString('base64url');
  }

  async verify(text: string, signature: string): Promise<boolean> {
    const Mac = Buffer.from(signature, 'base64url');
    const command = new VerifyMacCommand({
      ...{ KeyId: this.key, Message: Buffer.from(text), Mac, MacAlgorithm: 'HMAC_SHA_256' },
    });
    try {
      return (await this.client.send(command)).MacValid === true;
    } catch (error) {
      if (awsCode(error) === 'KMSInvalidMacException') return false;
      throw unavailable('checking a link', error);
    }
  }
}
