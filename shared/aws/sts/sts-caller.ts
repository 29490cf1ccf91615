import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { LOCAL_CALLER, type Caller } from '../../domain/evidence/caller.js';
import { available } from '../base/aws-error.js';

/** The identity behind the credentials of this process. It needs no permission, and none can take it away. */
export class StsCaller implements Caller {
  /** @param engine true where an engine stands for AWS: one that does not know the call has no identities */
  constructor(
    private readonly client: STSClient,
    private readonly engine: boolean,
  ) {}

  async identity(): Promise<string> {
    const call = this.client.send(new GetCallerIdentityCommand());
    const { Arn } = await available('asking who acts', this.engine ? call.catch(noneAnswered) : call);
    return Arn ?? LOCAL_CALLER;
  }
}

/** An answer without an identity, for an engine that answered and does not know the call; anything else stays an error. */
function noneAnswered(error: unknown): { readonly Arn?: string } {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === 400 || status === 404 || status === 501) return {};
  throw error;
}
