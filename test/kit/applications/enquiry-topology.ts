import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/** A small application for tests: questions are asked, and who does not answer in time is replaced. */
export const Answered = event('Answered', z.object({ question: z.string(), by: z.string() }));
export const Ask = command('Ask', z.object({ question: z.string() }), { reply: Answered });
export const EnquiryMade = event('EnquiryMade', z.object({ question: z.string() }));
export const OpinionWanted = event('OpinionWanted', z.object({ question: z.string() }));

export const enquiries = defineTopology('enquiries', {
  channels: {
    'enquiry.ask': {
      carries: [Ask],
      qos: { priorities: ['high', 'normal'], expires: '10 minutes', tries: 1 },
      default: true,
      escalation: [
        { retry: 1, timeout: '6 seconds', backoff: { first: '1 second', most: '1 second' } },
        { agent: 'another', timeout: '8 seconds' },
        { channel: 'enquiry.fallback', timeout: '7 seconds' },
        { person: '1 minute' },
        'abort',
      ],
      extension: '30 seconds',
    },
    'enquiry.fallback': { carries: [Ask], qos: { priorities: ['normal'], tries: 1 } },
    'enquiry.answers': { carries: [Answered], qos: { priorities: ['normal'] } },
    'enquiry.made': { carries: [EnquiryMade, OpinionWanted], qos: { priorities: ['normal'] } },
  },
  agents: {
    desk: { subscribes: ['enquiry.made', 'enquiry.answers', 'system.timeouts'], publishes: [Ask] },
    sage: { subscribes: ['enquiry.ask'], handlerTimeout: '1 minute' },
    deputy: { subscribes: ['enquiry.ask'] },
    reserve: { subscribes: ['enquiry.fallback'] },
    watch: { subscribes: ['system.people'] },
  },
  clients: { counter: { publishes: [Ask, EnquiryMade, OpinionWanted] } },
});
