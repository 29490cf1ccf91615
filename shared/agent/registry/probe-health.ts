import { cutText, withoutPlaces } from '../../domain/base/cut-text.js';
import { summarizeError } from '../../domain/base/errors.js';
import { ILL_LENGTH } from '../../domain/registry/instance.js';
import type { BoundAgent } from '../create-agent.js';

/** Longest time that a probe of an agent's health has, milliseconds. */
export const PROBE_LIMIT_MS = 5_000;

/** Time that a probe has, milliseconds: two of them are over long before the next heartbeat. @param beatEvery interval of heartbeats, milliseconds */
export function probeLimit(beatEvery: number): number {
  return Math.min(PROBE_LIMIT_MS, beatEvery / 4);
}

/** Probes made before an instance counts as ill: one that fails by chance takes nobody out. */
const PROBES = 2;

/**
 * Probes the health of an agent, if it has a probe. Never rejects.
 *
 * @param ending ends the probe at once: nobody asks any more
 * @returns the reason for which it is ill; undefined when it is well
 */
export async function probeHealth(
  { agent, deps }: BoundAgent,
  limitMs = PROBE_LIMIT_MS,
  ending?: AbortSignal,
): Promise<string | undefined> {
  const { health } = agent;
  if (!health) return undefined;
  let ill: string | undefined;
  for (let made = 0; made < PROBES && ending?.aborted !== true; made += 1) {
    ill = await probeOnce((signal) => health({ deps: deps as never, signal }), limitMs, ending);
    if (ill === undefined) return undefined;
  }
  return ill;
}

async function probeOnce(
  probe: (signal: AbortSignal) => unknown,
  limitMs: number,
  ending: AbortSignal | undefined,
): Promise<string | undefined> {
  const over = new AbortController();
  let end = (): void => undefined;
  const late = new Promise<string>((resolve) => {
    end = () => {
      over.abort();
      resolve(`no answer within ${limitMs / 1_000} seconds`);
    };
  });
  const timer = setTimeout(end, limitMs);
  ending?.addEventListener('abort', end);
  const asked = (async () => ((await probe(over.signal)) === false ? 'it returned false' : undefined))();
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    return cutText(withoutPlaces(summarizeError(error).message), ILL_LENGTH) || 'it failed';
  } finally {
    clearTimeout(timer);
    ending?.removeEventListener('abort', end);
    // One that is late may still fail.
    asked.catch(() => undefined);
  }
}
