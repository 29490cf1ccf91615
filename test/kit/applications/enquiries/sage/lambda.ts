import { setTimeout as sleep } from 'node:timers/promises';
import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { enquiries } from '../../enquiry-topology.js';
import { witness } from '../witness.js';

/** Longer than its two attempts have together, shorter than its own timeout. */
const NAP_MS = 45_000;

/** Answers; over questions that begin with `slow` it sleeps first, those that begin with `never` or `mute` it never answers. */
const sage = createAgent(enquiries, 'sage')
  .needs<{ readonly witness: string }>()
  .handle({
    Ask: async ({ data, attempt }, { deps, replyLater, effectKey }) => {
      witness(deps.witness, 'sage', attempt, data.question);
      if (/^(never|mute)/.test(data.question)) return replyLater({ key: effectKey, within: '1 hour' });
      if (data.question.startsWith('slow')) await sleep(NAP_MS);
      return { question: data.question, by: 'sage' };
    },
  });

export const handler = lambda(sage, ({ bind }) => ({ witness: bind('witness') }));
