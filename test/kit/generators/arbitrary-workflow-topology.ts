import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/** The topology of generated workflows: jobs that are asked for, with a ladder of every kind, and words that are waited for. */
export const MOODS = ['good', 'fair', 'poor'] as const;

const Item = z.object({ name: z.string(), mood: z.enum(MOODS), parts: z.array(z.string()) });
const Started = z.object({
  work: z.string(),
  mood: z.enum(MOODS),
  sure: z.boolean(),
  /** A time, ISO 8601. */
  soon: z.string(),
  items: z.array(Item),
  extra: z.array(Item).optional(),
  note: z.string().optional(),
});
const Result = z.object({
  step: z.string(),
  about: z.string(),
  mood: z.enum(MOODS),
  sure: z.boolean(),
  items: z.array(Item),
  note: z.string().optional(),
});
/** `step` says what the agent does with it, `of` which element of a map it is for. */
const Job = z.object({ step: z.string(), about: z.string(), of: z.string().optional() });

export type Started = z.output<typeof Started>;
export type Result = z.output<typeof Result>;
export type Item = z.output<typeof Item>;

export const WorkBegun = event('WorkBegun', Started);
/** Published by nobody: starts workflows that others run. */
export const PartBegun = event('PartBegun', Started);
export const Fetched = event('Fetched', Result);
export const Made = event('Made', Result);
export const Judged = event('Judged', Result);
export const Undone = event('Undone', z.object({ step: z.string() }));
export const WordGiven = event('WordGiven', z.object({ word: z.string(), mood: z.enum(MOODS) }));
export const NewsTold = event('NewsTold', z.object({ news: z.string() }));
export const Fetch = command('Fetch', Job, { reply: Fetched });
export const Make = command('Make', Job, { reply: Made });
export const Judge = command('Judge', Job, { reply: Judged });
export const Undo = command('Undo', Job, { reply: Undone });
export const Note = command('Note', z.object({ text: z.string() }));

const soon = { first: '1 second', most: '3 seconds' } as const;

export const works = defineTopology('works', {
  channels: {
    'work.begun': { carries: [WorkBegun, PartBegun] },
    'work.fetch': {
      carries: [Fetch],
      qos: { priorities: ['high', 'normal'], tries: 2, backoff: soon },
      escalation: [
        { retry: 1, timeout: '20 seconds', backoff: soon },
        { agent: 'another', timeout: '25 seconds' },
      ],
    },
    'work.make': {
      carries: [Make],
      qos: { tries: 2, backoff: soon },
      default: true,
      escalation: [
        { retry: 1, timeout: '15 seconds', backoff: soon },
        { channel: 'work.spare', timeout: '20 seconds' },
        { person: '1 minute' },
        'abort',
      ],
    },
    'work.spare': { carries: [Make], qos: { tries: 1 } },
    'work.judge': { carries: [Judge], qos: { tries: 3, backoff: soon } },
    'work.undo': { carries: [Undo], qos: { tries: 3, backoff: soon } },
    'work.done': { carries: [Fetched, Made, Judged, Undone] },
    'work.words': { carries: [WordGiven] },
    'work.news': { carries: [NewsTold, Note] },
  },
  agents: {
    fetcher: { subscribes: ['work.fetch'], capabilities: ['fetching'] },
    porter: { subscribes: ['work.fetch'], capabilities: ['fetching'] },
    maker: { subscribes: ['work.make'] },
    spare: { subscribes: ['work.spare'] },
    judge: { subscribes: ['work.judge'], role: 'bench' },
    undoer: { subscribes: ['work.undo'] },
    listener: { subscribes: ['work.news', 'workflow.failures', 'system.people'] },
  },
  clients: { office: { publishes: [WorkBegun, WordGiven] } },
});

export type AgentName = keyof typeof works.agents;
