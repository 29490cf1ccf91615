import type { LinkSigner } from '../../../shared/domain/request/approval-link.js';

/** Demands on every {@link LinkSigner}. */
export function linkSignerContract(make: () => Promise<LinkSigner>): void {
  let signer: LinkSigner;
  beforeAll(async () => {
    signer = await make();
  });

  const said = 'laneway approval link 1\nshop\nä-1~2~t3x9k2';

  it('makes the same code of 32 bytes for the same text, another for another', async () => {
    const code = await signer.sign(said);
    expect(code).toMatch(/^[\w-]{43}$/);
    expect(await signer.sign(said)).toBe(code);
    expect(await signer.sign(`${said} `)).not.toBe(code);
  });

  it('takes its own code, and none that was changed, cut or made for another text', async () => {
    const code = await signer.sign(said);
    expect(await signer.verify(said, code)).toBe(true);
    expect(await signer.verify(`${said} `, code)).toBe(false);
    expect(await signer.verify(said, await signer.sign('other'))).toBe(false);
    expect(await signer.verify(said, `${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`)).toBe(false);
    expect(await signer.verify(said, code.slice(0, 40))).toBe(false);
  });
}
