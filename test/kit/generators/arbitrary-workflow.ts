import fc from 'fast-check';
import { valid, type Behaviour, type PlanBlock, type PlanStep, type WorkflowPlan } from './arbitrary-workflow-plan.js';
import { MOODS } from './arbitrary-workflow-topology.js';

/** Events from outside for an execution, and the content of its start message. Times are seconds after the start. */
export interface Circumstances {
  readonly mood: (typeof MOODS)[number];
  readonly sure: boolean;
  readonly items: number;
  readonly extra: number | undefined;
  readonly note: boolean;
  /** Time of `start.soon`. */
  readonly soon: number;
  /** Words that are given; `key` chooses among those that are waited for, and none. */
  readonly words: readonly { readonly at: number; readonly key: number }[];
  readonly decisions: readonly { readonly at: number; readonly decision: 'approved' | 'rejected' }[];
}

const few = (max: number): fc.Arbitrary<number> => fc.nat({ max });
/** True once in so many times. */
const seldom = (times: number): fc.Arbitrary<boolean> => few(times - 1).map((roll) => roll === 0);
const mood = fc.constantFrom(...MOODS);

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  does: fc.oneof(
    { weight: 8, arbitrary: fc.constant('answers' as const) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        'silent' as const,
        'stumbles' as const,
        'refuses' as const,
        'breaks' as const,
        'twice' as const,
      ),
    },
  ),
  delay: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(2, 18, 45, 70, 200, 900) },
  ),
  first: seldom(2),
  oneAgent: seldom(3),
  mood,
  sure: fc.boolean(),
  items: few(3),
  note: fc.boolean(),
  undo: fc.oneof(
    { weight: 5, arbitrary: fc.constant('answers' as const) },
    { weight: 2, arbitrary: fc.constantFrom('stumbles' as const, 'refuses' as const, 'silent' as const) },
  ),
});

const request = fc.record({
  kind: fc.constant('request' as const),
  command: fc.constantFrom('Fetch' as const, 'Make' as const, 'Judge' as const),
  timeout: fc.constantFrom(20, 40, 60, 120, 600),
  onTimeout: seldom(3),
  onFailure: seldom(3),
  undo: seldom(2),
  about: few(9),
  to: seldom(4),
  own: fc.oneof(
    { weight: 5, arbitrary: fc.constant('nothing' as const) },
    { weight: 2, arbitrary: fc.constantFrom('tries' as const, 'fallback' as const, 'deadline' as const) },
  ),
  behaviour,
});

const plain: fc.Arbitrary<PlanStep> = fc.oneof(
  { weight: 8, arbitrary: request },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      what: fc.constantFrom('event' as const, 'command' as const, 'request' as const),
      about: few(9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(5, 45, 1_000, 7_200) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('until' as const),
      when: fc.constantFrom('soon' as const, 'past' as const, 'ahead' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      timeout: fc.constantFrom(30, 120, 900),
      keyed: seldom(2),
      onTimeout: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('approval' as const),
      timeout: fc.constantFrom(30, 120, 1_200),
      escalates: fc.boolean(),
      about: few(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      part: few(3),
      patient: seldom(4).map((hurried) => !hurried),
      about: few(9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('orElse' as const), on: few(9) }) },
);

const DEEPEST = 3;

function block(depth: number, most: number): fc.Arbitrary<PlanBlock> {
  const inner = block_(depth + 1, 3);
  const nested: fc.Arbitrary<PlanStep> = fc.oneof(
    fc.record({
      kind: fc.constant('match' as const),
      on: few(9),
      arms: fc.array(inner, { minLength: 3, maxLength: 3 }),
      returns: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('parallel' as const),
      branches: fc.array(inner, { minLength: 1, maxLength: 3 }),
      returns: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('map' as const),
      on: few(9),
      concurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      body: inner,
      returns: fc.boolean(),
    }),
  );
  const step = depth >= DEEPEST ? plain : fc.oneof({ weight: 6, arbitrary: plain }, { weight: 2, arbitrary: nested });
  return fc.record({
    steps: fc.array(step, { minLength: depth === 0 ? 3 : 0, maxLength: most }),
    end: fc.oneof(
      { weight: 6, arbitrary: fc.constant('none' as const) },
      { weight: 2, arbitrary: fc.constantFrom('done' as const, 'enough' as const) },
      { weight: 1, arbitrary: fc.constant('fail' as const) },
    ),
  });
}

/** Made when it is drawn, so that a block may hold blocks. */
const blocks = new Map<string, fc.Arbitrary<PlanBlock>>();
function block_(depth: number, most: number): fc.Arbitrary<PlanBlock> {
  const key = `${depth} ${most}`;
  const known = blocks.get(key);
  if (known) return known;
  const made = depth > DEEPEST ? fc.constant<PlanBlock>({ steps: [], end: 'none' }) : block(depth, most);
  blocks.set(key, made);
  return made;
}

/** Plans that `defineWorkflow` takes, of up to about twenty steps, with up to two workflows that they run. */
export function arbitraryWorkflow(): fc.Arbitrary<WorkflowPlan> {
  return fc
    .record({
      parts: fc.array(block_(1, 3), { maxLength: 2 }),
      root: block_(0, 7),
      deadline: fc.oneof(
        { weight: 8, arbitrary: fc.constant('ample' as const) },
        { weight: 1, arbitrary: fc.constant('short' as const) },
      ),
    })
    .map(valid);
}

/** Events from outside while it runs. */
export function arbitraryCircumstances(): fc.Arbitrary<Circumstances> {
  const when = fc.constantFrom(0, 10, 40, 100, 400, 1_500);
  return fc.record({
    mood,
    sure: fc.boolean(),
    items: few(3),
    extra: fc.option(few(2), { nil: undefined }),
    note: fc.boolean(),
    soon: fc.constantFrom(-60, 30, 900),
    words: fc.array(fc.record({ at: when, key: few(5) }), { maxLength: 4 }),
    decisions: fc.array(fc.record({ at: when, decision: fc.constantFrom('approved' as const, 'rejected' as const) }), {
      maxLength: 3,
    }),
  });
}
