import { defineWorkflow, type Flow, type Ref, type WorkflowDefinition } from 'laneway/workflow';
import {
  closes,
  type Behaviour,
  type Mood,
  type PlanBlock,
  type PlanStep,
  type WorkflowPlan,
} from './arbitrary-workflow-plan.js';
import { duration, longest, longestTimeout, ownOf, ownTime } from './arbitrary-workflow-time.js';
import {
  Fetch,
  Judge,
  Make,
  MOODS,
  NewsTold,
  Note,
  PartBegun,
  Undo,
  WorkBegun,
  WordGiven,
  works,
  type AgentName,
  type Item,
  type Result,
  type Started,
} from './arbitrary-workflow-topology.js';
import { allSteps, namedStepsOf } from '../../../shared/workflow/record/outline.js';

type Type =
  | typeof Fetch
  | typeof Make
  | typeof Judge
  | typeof Undo
  | typeof Note
  | typeof NewsTold
  | typeof WordGiven
  | typeof WorkBegun
  | typeof PartBegun;
type Works = Flow<Type, AgentName>;

/** Facts of a definition that the agents and the world outside need. */
export interface DefinedWorkflow {
  /** The one that is started, and those that it may run. */
  readonly definitions: readonly WorkflowDefinition[];
  /** Step -> what its agent does. */
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  /** Subjects of words that steps wait for. */
  readonly keys: readonly string[];
  /** Constructs that occur, and how often. */
  readonly constructs: ReadonlyMap<string, number>;
  /** Steps that send or wait, of all definitions. */
  readonly steps: number;
  /** True when the deadline of the one that is started may be reached. */
  readonly short: boolean;
}

/** Literal times to wait until, milliseconds since 1970: the harness begins on 1 January 2026. */
const AHEAD = Date.UTC(2026, 0, 1, 0, 20);
const REPLIED: Omit<Result, 'step' | 'about'> = { mood: 'poor', sure: false, items: [] };

/** A reference that a match can be on, or a list for a map. */
type Known<T> = { readonly ref: Ref<T>; readonly values: readonly string[] };

/** Values that are known at a place. */
interface Place {
  readonly start: Ref<Started>;
  readonly texts: Ref<string>[];
  readonly choosers: Known<string>[];
  readonly lists: Ref<Item[]>[];
  /** Lists of plain texts, and the references that may be absent. */
  readonly parts: Ref<string[]>[];
  readonly notes: Ref<string | undefined>[];
  /** Name of the innermost element of a map. */
  readonly of?: Ref<string>;
  readonly deep: number;
}

/** Defines the workflows of a plan with the product's own verbs. */
export function define(plan: WorkflowPlan): DefinedWorkflow {
  const builder = new Builder();
  const parts: Part[] = [];
  for (const [index, part] of plan.parts.entries()) {
    const seconds = longest(part, parts);
    const definition = defineWorkflow(
      works,
      `part-${index}`,
      { startedBy: PartBegun, deadline: duration(seconds) },
      (flow, start) => builder.whole(flow, start, part, `p${index}`, parts),
    );
    parts.push({ definition, seconds, results: resultsOf(definition) });
  }
  const ample = longest(plan.root, parts);
  const deadline = plan.deadline === 'ample' ? ample : Math.max(600, longestTimeout(plan.root, parts));
  const root = defineWorkflow(works, 'work', { startedBy: WorkBegun, deadline: duration(deadline) }, (flow, start) =>
    builder.whole(flow, start, plan.root, 'w', parts),
  );
  const definitions = [root, ...parts.map(({ definition }) => definition)];
  const { behaviours, keys, constructs } = builder;
  return {
    ...{ definitions, behaviours, constructs, keys: [...keys], short: deadline < ample },
    steps: definitions.reduce((sum, { steps }) => sum + steps.length, 0),
  };
}

interface Part {
  readonly definition: WorkflowDefinition<string, typeof PartBegun>;
  /** Its deadline. */
  readonly seconds: number;
  readonly results: readonly string[];
}

class Builder {
  readonly behaviours = new Map<string, Behaviour>();
  readonly keys = new Set<string>();
  readonly constructs = new Map<string, number>();
  #steps = 0;
  #prefix = '';
  #unkeyed = false;
  #parts: readonly Part[] = [];

  whole(flow: Works, start: Ref<Started>, root: PlanBlock, prefix: string, parts: readonly Part[]): void {
    [this.#steps, this.#prefix, this.#unkeyed, this.#parts] = [0, prefix, false, parts];
    const place: Place = {
      start,
      texts: [start.work],
      choosers: [
        { ref: start.mood, values: MOODS },
        { ref: start.sure as unknown as Ref<string>, values: ['true', 'false'] },
      ],
      lists: [start.items],
      parts: [],
      notes: [start.note],
      deep: 0,
    };
    this.#block(flow, root, place);
    if (!closes(root)) this.#count('ends without a word');
  }

  #block(flow: Works, { steps, end }: PlanBlock, place: Place): Mood | Ref<string> {
    let last: Mood | Ref<string> = 'good';
    for (const step of steps) last = this.#step(flow, step, place) ?? last;
    if (end === 'done' || end === 'enough') {
      this.#count('complete');
      flow.complete(end, { about: place.texts.at(-1), mood: last });
    }
    if (end === 'fail') {
      this.#count('fail');
      flow.fail('NotWanted', 'the plan says so');
    }
    return last;
  }

  /** @returns the mood that is known of it, for whoever returns one */
  #step(flow: Works, step: PlanStep, place: Place): Ref<string> | undefined {
    const name = `${this.#prefix}-${++this.#steps}`;
    this.#count(step.kind);
    const text = (index: number): Ref<string> => place.texts[index % place.texts.length] ?? place.start.work;
    switch (step.kind) {
      case 'request':
        return this.#request(flow, step, name, text(step.about), place);
      case 'publish':
        this.#count(`publish ${step.what}`);
        if (step.what === 'event') flow.publish(name, NewsTold, { news: text(step.about) });
        else if (step.what === 'command') flow.publish(name, Note, { text: text(step.about) }, { priority: 'normal' });
        else flow.publish(name, Judge, { step: name, about: text(step.about) });
        return undefined;
      case 'wait':
        return void flow.wait(name, duration(step.seconds));
      case 'until': {
        const literal = new Date(step.when === 'past' ? 0 : AHEAD).toISOString();
        return void flow.wait(name, { until: step.when === 'soon' ? place.start.soon : literal });
      }
      case 'receive':
        return this.#receive(flow, step, name, place);
      case 'approval': {
        const { timeout, escalates } = step;
        if (escalates) this.#count('approval with escalateTo');
        const { decision, by } = flow.approval(name, {
          ...{ title: text(step.about), details: { of: place.start.work }, approvers: 'clerks' },
          ...{ timeout: duration(timeout), ...(escalates ? { escalateTo: 'managers' } : {}) },
        });
        place.choosers.push({ ref: decision, values: ['approved', 'rejected', 'silent'] });
        place.texts.push(by);
        return undefined;
      }
      case 'run':
        return this.#run(flow, step, name, text(step.about), place);
      case 'orElse': {
        const note = place.notes[step.on % place.notes.length];
        if (step.on % 2 === 0 || !note) place.lists.push(flow.orElse(place.start.extra, []));
        else place.texts.push(flow.orElse(note, 'nothing'));
        return undefined;
      }
      case 'match':
        return this.#match(flow, step, place);
      case 'parallel': {
        const branches = step.branches.map((branch, index) => [
          `branch ${index}`,
          (): unknown => {
            const last = this.#block(flow, branch, within(place));
            return step.returns && !closes(branch) ? { mood: last } : undefined;
          },
        ]);
        const results = flow.parallel(
          Object.fromEntries(branches) as Record<string, () => unknown>,
        ) as unknown as Record<string, { readonly mood: Ref<string> } | undefined>;
        return Object.values(results).find((result) => result !== undefined)?.mood;
      }
      case 'map':
        return this.#map(flow, step, name, place);
    }
  }

  #request(
    flow: Works,
    step: Extract<PlanStep, { kind: 'request' }>,
    name: string,
    about: Ref<string>,
    place: Place,
  ): Ref<string> {
    this.behaviours.set(name, step.behaviour);
    const { onTimeout, onFailure, undo, timeout } = step;
    for (const [what, given] of Object.entries({ onTimeout, onFailure, compensate: undo, to: step.to }))
      if (given) this.#count(`request with ${what}`);
    this.#count(`request ${step.command}`);
    if (step.own !== 'nothing') this.#count(`request with ${step.own}`);
    const { tries, deadline, ...fallback } = ownOf(step);
    const instead = { step: name, about: 'nobody', ...REPLIED };
    const of = place.of ? { of: place.of } : {};
    const data = { step: name, about, ...of };
    const options = {
      timeout: duration(timeout),
      ...(tries === undefined ? {} : { tries }),
      ...(deadline === undefined ? {} : { deadline }),
      ...(onTimeout ? { onTimeout: instead } : {}),
      ...(onFailure ? { onFailure: { ...instead, mood: 'fair' as const } } : {}),
      ...(undo
        ? {
            compensate: {
              with: Undo,
              data: (reply: Ref<Result>) => ({ step: name, about: reply.about, ...of }),
              timeout: '5 minutes' as const,
            },
          }
        : {}),
    };
    const reply =
      step.command === 'Fetch'
        ? flow.request(name, Fetch, data, {
            ...options,
            ...fallback.Fetch,
            ...(step.to ? { to: { capability: 'fetching' } } : {}),
          })
        : step.command === 'Make'
          ? flow.request(name, Make, data, {
              ...options,
              ...fallback.Make,
              ...(step.to ? { to: 'maker' as const } : {}),
            })
          : flow.request(name, Judge, data, {
              ...options,
              ...fallback.Judge,
              ...(step.to ? { to: { role: 'bench' } } : {}),
            });
    place.texts.push(reply.about);
    place.choosers.push(
      { ref: reply.mood, values: MOODS },
      { ref: reply.sure as unknown as Ref<string>, values: ['true', 'false'] },
    );
    place.lists.push(reply.items);
    place.notes.push(reply.note);
    return reply.mood;
  }

  #receive(flow: Works, step: Extract<PlanStep, { kind: 'receive' }>, name: string, place: Place): Ref<string> {
    // Two steps that wait for the same message without a key are refused.
    const keyed = step.keyed || place.deep > 0 || this.#unkeyed;
    if (!keyed) this.#unkeyed = true;
    this.#count(keyed ? 'receive with key' : 'receive without key');
    if (keyed && !place.of) this.keys.add(name);
    const word = flow.receive(name, WordGiven, {
      timeout: duration(step.timeout),
      ...(keyed ? { key: place.of ?? name } : {}),
      ...(step.onTimeout ? { onTimeout: { word: 'none', mood: 'poor' } } : {}),
    });
    place.texts.push(word.word);
    place.choosers.push({ ref: word.mood, values: MOODS });
    return word.mood;
  }

  #run(
    flow: Works,
    step: Extract<PlanStep, { kind: 'run' }>,
    name: string,
    work: Ref<string>,
    place: Place,
  ): undefined {
    const part = this.#parts[step.part];
    if (!part) throw new Error(`no part ${step.part}`);
    if (place.deep > 0) this.#count('run within map');
    const { start } = place;
    const { result } = flow.run(
      name,
      part.definition,
      { work, mood: start.mood, sure: start.sure, soon: start.soon, items: place.lists.at(-1) ?? start.items },
      { timeout: duration(ownTime(step, this.#parts)), results: part.results as [string, ...string[]] },
    );
    if (part.results.length > 1) place.choosers.push({ ref: result, values: part.results });
    return undefined;
  }

  #match(flow: Works, step: Extract<PlanStep, { kind: 'match' }>, place: Place): Ref<string> | undefined {
    const chooser = place.choosers[step.on % place.choosers.length];
    if (!chooser) throw new Error('nothing to match on');
    const arms = chooser.values.map((value, index) => [
      value,
      (): unknown => {
        const arm = step.arms[index % step.arms.length] ?? { steps: [], end: 'none' };
        const last = this.#block(flow, arm, within(place));
        return step.returns && !closes(arm) ? last : undefined;
      },
    ]);
    const outcome: unknown = flow.match(chooser.ref, Object.fromEntries(arms) as Record<never, never>);
    if (step.returns && outcome !== undefined) {
      this.#count('match that returns');
      place.texts.push(outcome as Ref<string>);
      return outcome as Ref<string>;
    }
    return undefined;
  }

  #map(flow: Works, step: Extract<PlanStep, { kind: 'map' }>, name: string, place: Place): Ref<string> | undefined {
    const options = step.concurrency === undefined ? {} : { concurrency: step.concurrency };
    if (place.deep > 0) this.#count('map within map');
    if (step.concurrency !== undefined) this.#count('map with concurrency');
    const inner = (of: Ref<string>, more: Partial<Place> = {}): Place => ({
      ...within(place),
      of,
      deep: place.deep + 1,
      texts: [...place.texts, of],
      ...more,
    });
    const list = place.parts.at(-1);
    if (list && step.on % 2 === 0) {
      flow.map(name, list, (part) => void this.#block(flow, step.body, inner(part)), options);
      return undefined;
    }
    const items = place.lists[step.on % place.lists.length] ?? place.start.items;
    const results = flow.map(
      name,
      items,
      (item) => {
        const choosers = [...place.choosers, { ref: item.mood, values: MOODS }];
        const here = inner(item.name, { choosers, parts: [item.parts] });
        this.#block(flow, step.body, here);
        if (!step.returns || closes(step.body)) return undefined;
        this.#count('map that returns');
        return { name: here.texts.at(-1) ?? item.name, mood: item.mood, parts: item.parts };
      },
      options,
    ) as unknown as Ref<Item[]> | undefined;
    if (results !== undefined) place.lists.push(results);
    return undefined;
  }

  #count(construct: string): void {
    this.constructs.set(construct, (this.constructs.get(construct) ?? 0) + 1);
  }
}

/** The same place, to which what becomes known in an arm or branch is not added. */
function within(place: Place): Place {
  const { texts, choosers, lists, parts, notes } = place;
  return {
    ...place,
    texts: [...texts],
    choosers: [...choosers],
    lists: [...lists],
    parts: [...parts],
    notes: [...notes],
  };
}

/** Result that a workflow completes with. */
function resultsOf(definition: WorkflowDefinition): readonly string[] {
  const { root } = namedStepsOf(definition.outline);
  const named = [...allSteps(root)].flatMap(({ step }) => (step.kind === 'complete' ? [step.result] : []));
  return [...new Set(root.closed ? named : [...named, 'completed'])];
}
