import { createHash } from 'node:crypto';
import { GetPublicKeyCommand, SignCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { SealSignature, Signer } from '../../domain/evidence/seal.js';
import { available } from '../base/aws-error.js';

/** Signs with an asymmetric key (ECC_NIST_P256) that never leaves KMS. */
export class KmsSigner implements Signer {
  #publicKey: string | undefined;

  constructor(
    private readonly client: KMSClient,
    private readonly key: string,
  ) {}

  async sign(content: string): Promise<SealSignature> {
    this.#publicKey ??= await this.#fetchPublicKey();
    // The digest, not the text: KMS takes 4,096 bytes of text at most (KMS API reference, Sign).
    const Message = createHash('sha256').update(content).digest();
    const { Signature } = await available(
      'signing a seal',
      this.client.send(
        new SignCommand({ KeyId: this.key, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
      ),
    );
    return { algorithm: 'ECDSA_SHA_256', publicKey: this.#publicKey, value: base64(Signature) };
  }

  async #fetchPublicKey(): Promise<string> {
    const answer = await available(
      "reading the seals' public key",
      this.client.send(new GetPublicKeyCommand({ KeyId: this.key })),
    );
    return base64(answer.PublicKey);
  }
}

function base64(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}
