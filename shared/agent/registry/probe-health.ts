import { cutText } from '../../domain/base/cut-text.js';
import { summarizeError } from '../../domain/base/errors.js';
import { ILL_LENGTH } from '../../domain/registry/instance.js';
import type { BoundAgent } from '../create-agent.js';

/** Time that a probe of an agent's health has, milliseconds: two of them are over long before the next heartbeat. */
export const PROBE_LIMIT_MS = 5_000;

/** Probes made before an instance counts as ill: one that fails by chance takes nobody out. */
const PROBES = 2;

/** Probes the health of an agent, if it has a probe. @returns the reason for which it is ill; undefined when it is well. Never rejects. */
export async function probeHealth({ agent, deps }: BoundAgent, limitMs = PROBE_LIMIT_MS): Promise<string | undefined> {
  const { health } = agent;
  if (!health) return undefined;
  let ill: string | undefined;
  for (let made = 0; made < PROBES; made += 1) {
    ill = await probeOnce((signal) => health({ deps: deps as never, signal }), limitMs);
    if (ill === undefined) return undefined;
  }
  return ill;
}

async function probeOnce(probe: (signal: AbortSignal) => unknown, limitMs: number): Promise<string | undefined> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      over.abort();
      resolve(`no answer within ${limitMs / 1_000} seconds`);
    }, limitMs);
  });
  const asked = (async () => ((await probe(over.signal)) === false ? 'it returned false' : undefined))();
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    return cutText(summarizeError(error).message, ILL_LENGTH) || 'it failed';
  } finally {
    clearTimeout(timer);
    // One that is late may still fail.
    asked.catch(() => undefined);
  }
}
