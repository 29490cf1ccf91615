import { fromEnv } from '@aws-sdk/credential-provider-env';

/*
 * Stands for `@aws-sdk/credential-provider-node` in the bundle of a function, for the clients of the framework and those of the
 * user alike. Lambda gives a function its credentials in the environment; what else the SDK's chain tries there (profiles, SSO,
 * processes, tokens, the metadata of an instance) is 130 KB that no function uses.
 */

/** The part of an identity that tells its age. */
interface Ageing {
  readonly expiration?: Date;
}

/** Time before the end at which the SDK takes credentials for expired, milliseconds. */
const MARGIN_MS = 300_000;

/**
 * Provider of the credentials that stand in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. They are read
 * for each request and never kept: an environment that changes is heeded at once.
 * @throws CredentialsProviderError when the environment has none
 * @public
 */
export const defaultProvider = fromEnv;

/**
 * True for credentials that end.
 * @public
 */
export function credentialsWillNeedRefresh(credentials: Ageing | undefined): boolean {
  return credentials?.expiration !== undefined;
}

/**
 * True for credentials that end within five minutes.
 * @public
 */
export function credentialsTreatedAsExpired(credentials: Ageing | undefined): boolean {
  const { expiration } = credentials ?? {};
  return expiration !== undefined && expiration.getTime() - Date.now() < MARGIN_MS;
}
