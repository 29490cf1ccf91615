import { Buffer } from 'node:buffer';
import { canBeId } from '../base/ids.js';

/** Claims of a link, which its signature vouches for. */
export interface LinkClaims {
  /** Id of the approval. */
  readonly approval: string;
  /** Round of people who got the link: those who were asked first (1), or those to whom the approval escalates (2). */
  readonly round: 1 | 2;
  /** Instant at which the link ends, milliseconds since 1970; whole seconds. */
  readonly until: number;
}

/** Makes and checks message authentication codes: HMAC-SHA-256 (RFC 2104), base64url. The key never leaves it. */
export interface LinkSigner {
  /** @throws LanewayError UNAVAILABLE, to be repeated */
  sign(text: string): Promise<string>;
  /** Compares in constant time. @throws LanewayError UNAVAILABLE, to be repeated */
  verify(text: string, signature: string): Promise<boolean>;
}

/** Makes links for people. */
export interface ApprovalLinks {
  /**
   * Makes the link for the people who are asked; the same claims give the same link. @throws LanewayError UNAVAILABLE,
   * to be repeated
   */
  linkTo(claims: LinkClaims): Promise<string>;
}

/** Bytes of a code. */
const CODE_BYTES = 32;

/** `<approval>~<round>~<end>~<code>`: the end in seconds since 1970 to base 36, the code in base64url without padding. */
const TOKEN = /^((?<approval>[\w.:-]{1,128})~(?<round>[12])~(?<until>[0-9a-z]{1,9}))~(?<code>[\w-]{43})$/;

/**
 * Links over `base`: its address, and a token as the last segment of the path.
 * @param application name of the topology: a link of another application is none, even under the same key
 */
export function approvalLinks(base: string, application: string, signer: Pick<LinkSigner, 'sign'>): ApprovalLinks {
  return {
    linkTo: async (claims) => `${base.replace(/\/$/, '')}/${await signLink(claims, application, signer)}`,
  };
}

/** Makes the token of a link. @throws LanewayError UNAVAILABLE, to be repeated */
async function signLink(claims: LinkClaims, application: string, signer: Pick<LinkSigner, 'sign'>): Promise<string> {
  const said = `${claims.approval}~${claims.round}~${Math.ceil(claims.until / 1000).toString(36)}`;
  return `${said}~${await signer.sign(signedText(said, application))}`;
}

/**
 * Reads the claims of a token, if this application signed exactly these characters. The caller checks whether the time
 * is over.
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function readLink(
  token: string,
  application: string,
  signer: Pick<LinkSigner, 'verify'>,
): Promise<LinkClaims | undefined> {
  const found = TOKEN.exec(token);
  const { approval = '', round, until = '', code = '' } = found?.groups ?? {};
  // The last of 43 characters holds two unused bits, so that four texts would stand for one code.
  const isCanonical =
    Buffer.from(code, 'base64url').toString('base64url') === code &&
    Buffer.from(code, 'base64url').length === CODE_BYTES;
  if (!found || !isCanonical || !canBeId(approval)) return undefined;
  if (!(await signer.verify(signedText(found[1] ?? '', application), code))) return undefined;
  return { approval, round: round === '1' ? 1 : 2, until: Number.parseInt(until, 36) * 1000 };
}

/** Text that is signed. The purpose is part of it, so that a code which the key made for any other use is never a link. */
function signedText(said: string, application: string): string {
  return `laneway approval link 1\n${application}\n${said}`;
}
