import { seededRandom } from '../../../../../functions/vehicle-maintenance/data-analysis/fit-baseline.js';
import {
  findInsights,
  isNews,
} from '../../../../../functions/vehicle-maintenance/master-orchestrator/manufacturing-insights.js';
import { Insight, type Feedback } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { sampleVin } from '../../../../../functions/vehicle-maintenance/vin.js';

const NOW = new Date('2026-03-02T12:00:00Z');

const COMPONENTS = ['brakes', 'cooling', 'electrical', 'steering'] as const;
const SYMPTOMS = ['noise', 'leak', 'vibration'];
const PLANTS = ['Leipzig', 'Austin', 'Pune', 'Gent'];

/** 40 feedbacks of different vehicles, 10 of which share component, symptom and plant. */
function planted(seed: number): Feedback[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] ?? (from[0] as T);
  return Array.from({ length: 40 }, (_, at): Feedback => ({
    feedbackId: `f${String(at)}`,
    vin: sampleVin(at),
    time: new Date(NOW.getTime() - at * 3_600_000).toISOString(),
    modelYear: 2020 + Math.floor(random() * 5),
    ...(at < 10
      ? { component: 'transmission', symptom: 'Slips  in third', plant: 'Leipzig' }
      : { component: pick(COMPONENTS), symptom: pick(SYMPTOMS), plant: pick(PLANTS) }),
  }));
}

/** The same feedbacks with each column permuted on its own. */
function shuffled(feedback: readonly Feedback[], seed: number): Feedback[] {
  const random = seededRandom(seed);
  const permute = <T>(values: T[]): T[] =>
    values
      .map((value) => ({ value, at: random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ value }) => value);
  const column = <K extends keyof Feedback>(name: K): Feedback[K][] => permute(feedback.map((one) => one[name]));
  const [components, symptoms, plants, years] = [
    column('component'),
    column('symptom'),
    column('plant'),
    column('modelYear'),
  ];
  return feedback.map((one, at) => ({
    ...one,
    component: components[at] ?? one.component,
    symptom: symptoms[at] ?? one.symptom,
    plant: plants[at] ?? 'unknown',
    modelYear: years[at] ?? 2020,
  }));
}

describe('findInsights', () => {
  it('gives one insight that names the planted cluster', () => {
    const found = findInsights(planted(2), { now: NOW });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      component: 'transmission',
      symptom: 'slips in third',
      factor: 'plant',
      value: 'Leipzig',
      support: 10,
    });
    expect(Insight.safeParse(found[0]).success).toBe(true);
    expect(found[0]?.text).toContain('plant Leipzig');
  });

  it('does so in nearly every sample, also where chance gives the plant much of the rest', () => {
    const exact = Array.from({ length: 200 }, (_, at) => findInsights(planted(10_000 + at), { now: NOW })).filter(
      (found) => found.length === 1 && found[0]?.component === 'transmission' && found[0].value === 'Leipzig',
    );
    expect(exact.length).toBeGreaterThanOrEqual(190);
  });

  it('finds none in the same feedbacks shuffled, and at most one in a hundred', () => {
    expect(findInsights(shuffled(planted(2), 2), { now: NOW })).toEqual([]);
    let withInsight = 0;
    for (let seed = 1; seed <= 300; seed += 1)
      withInsight += findInsights(shuffled(planted(seed), seed), { now: NOW }).length > 0 ? 1 : 0;
    expect(withInsight).toBeLessThanOrEqual(3);
  });

  it('also keeps quiet when component and symptom belong together everywhere and only the plant is shuffled', () => {
    let withInsight = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const original = planted(seed);
      const permuted = shuffled(original, seed);
      const feedback = original.map((one, at) => ({ ...one, plant: permuted[at]?.plant ?? 'unknown' }));
      withInsight += findInsights(feedback, { now: NOW }).length > 0 ? 1 : 0;
    }
    expect(withInsight).toBeLessThanOrEqual(2);
  });

  it('is no echo: one vehicle that repeats itself is no cluster, nor is one message', () => {
    const loud = planted(3).map((one, at) => (at < 10 ? { ...one, vin: sampleVin(0) } : one));
    expect(findInsights(loud, { now: NOW })).toEqual([]);
    expect(findInsights(planted(3).slice(0, 1), { now: NOW })).toEqual([]);
    expect(findInsights([], { now: NOW })).toEqual([]);
  });

  it('looks at its window only', () => {
    const later = new Date(NOW.getTime() + 200 * 86_400_000);
    expect(findInsights(planted(3), { now: later })).toEqual([]);
    expect(findInsights(planted(3), { now: later, windowDays: 365 })).toHaveLength(1);
  });

  it('gives one insight for a plant that built one model year, and finds a model year without plants', () => {
    const year = planted(4).map((one, at) => ({ ...one, modelYear: at < 10 ? 2019 : (one.modelYear ?? 2020) }));
    expect(findInsights(year, { now: NOW })).toHaveLength(1);
    const noPlants = year.map(({ plant: _plant, ...rest }) => rest);
    expect(findInsights(noPlants, { now: NOW })).toMatchObject([{ factor: 'modelYear', value: '2019' }]);
  });

  it('tells a cluster again only when it is materially stronger', () => {
    const insight = findInsights(planted(2), { now: NOW })[0] as Insight;
    const grown = (support: number): Insight => ({ ...insight, support });
    expect(isNews(insight, [])).toBe(true);
    expect(isNews(insight, [insight])).toBe(false);
    expect(isNews(grown(19), [insight])).toBe(false);
    expect(isNews(grown(20), [insight])).toBe(true);
    expect(isNews({ ...insight, value: 'Pune', feedbackIds: ['other'] }, [insight])).toBe(true);
    expect(isNews({ ...insight, factor: 'modelYear', value: '2019' }, [insight])).toBe(false);
  });
});
