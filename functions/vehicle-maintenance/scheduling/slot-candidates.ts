import type { Component, Location, ServiceRequest, Slot, Urgency } from '../schemas.js';
import { distanceKm, type ServiceCentre } from './service-centre.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Days ahead for which slots are offered. */
export const HORIZON_DAYS = 14;

/** Notice a customer needs before the first slot, in hours; a vehicle that must not be driven is towed within the hour. */
const NOTICE_HOURS: Readonly<Record<Urgency, number>> = { immediate: 1, soon: 4, routine: 24 };

/**
 * Kilometres of driving that an hour of waiting is worth. Urgent work goes further to be sooner: immediate work drives 8 km to
 * save an hour, routine work not even one.
 */
const KM_PER_HOUR_OF_WAITING: Readonly<Record<Urgency, number>> = { immediate: 8, soon: 1, routine: 0.1 };

/** A slot that suits a request, with the facts that made its rank: the lower the cost, the better. */
export interface Candidate {
  readonly slot: Slot;
  readonly centre: ServiceCentre;
  /** Undefined when the request names no location. */
  readonly distanceKm: number | undefined;
  readonly cost: number;
}

/** True for a centre that has the skill for a component and can get its parts. Without component, for every centre. */
export function canDo(centre: ServiceCentre, component: Component | null): boolean {
  return component === null || (centre.skills.includes(component) && centre.partsLeadHours[component] !== undefined);
}

/** Every slot of a centre that begins in [from, until): whole UTC hours within opening hours, each bay for itself. */
export function slotsOf(centre: ServiceCentre, from: Date, until: Date): Slot[] {
  const slots: Slot[] = [];
  for (let start = Math.ceil(from.getTime() / HOUR) * HOUR; start < until.getTime(); start += HOUR) {
    const time = new Date(start);
    const hour = time.getUTCHours();
    if (!centre.days.includes(time.getUTCDay()) || hour < centre.opens || hour >= centre.closes) continue;
    for (let bay = 1; bay <= centre.bays; bay += 1) slots.push(slotAt(centre.id, bay, time));
  }
  return slots;
}

function slotAt(centreId: string, bay: number, start: Date): Slot {
  const end = new Date(start.getTime() + HOUR);
  return {
    id: `${centreId}/${String(bay)}/${start.toISOString()}`,
    centreId,
    bay,
    start: start.toISOString(),
    end: end.toISOString(),
  };
}

/**
 * All slots that suit the request at `now`, best first: the centre has the skill, its parts are there by then, the customer has
 * notice, and the time lies between `earliest` and `latest` of the request. Ties go to the earlier, then to the lower slot id, so
 * that the order is total and the same for everyone.
 */
export function rankSlots(request: ServiceRequest, centres: readonly ServiceCentre[], now: Date): Candidate[] {
  const noticed = now.getTime() + NOTICE_HOURS[request.urgency] * HOUR;
  const earliest = Math.max(noticed, request.earliest === undefined ? 0 : Date.parse(request.earliest));
  const horizon = now.getTime() + HORIZON_DAYS * DAY;
  const until = request.latest === undefined ? horizon : Math.min(horizon, Date.parse(request.latest));
  return centres
    .filter((centre) => canDo(centre, request.component))
    .flatMap((centre) => {
      const partsBy = now.getTime() + leadHours(centre, request.component) * HOUR;
      const away = request.location && distanceKm(request.location, centre.location);
      return slotsOf(centre, new Date(Math.max(earliest, partsBy)), new Date(until)).map((slot) => ({
        slot,
        centre,
        distanceKm: away,
        cost: slotCost(slot, away, request.urgency, now),
      }));
    })
    .toSorted((a, b) => a.cost - b.cost || compare(a.slot.start, b.slot.start) || compare(a.slot.id, b.slot.id));
}

/** Cost of a slot in km: the way to it and the wait for it at the rate of its urgency. */
export function slotCost(slot: Slot, away: number | undefined, urgency: Urgency, now: Date): number {
  const hours = (Date.parse(slot.start) - now.getTime()) / HOUR;
  return (away ?? 0) + hours * KM_PER_HOUR_OF_WAITING[urgency];
}

/** The best candidate that is not taken. Candidates come from {@link rankSlots}, best first. */
export function chooseSlot(candidates: readonly Candidate[], taken: ReadonlySet<string>): Candidate | undefined {
  return candidates.find(({ slot }) => !taken.has(slot.id));
}

/**
 * Free slots beyond the window of the request, to offer when nothing in it is left: the same search without `latest`.
 *
 * @returns candidates later than the request allowed, best first
 */
export function laterSlots(request: ServiceRequest, centres: readonly ServiceCentre[], now: Date): Candidate[] {
  const { latest, ...open } = request;
  if (latest === undefined) return [];
  return rankSlots(open, centres, now).filter(({ slot }) => Date.parse(slot.start) >= Date.parse(latest));
}

/** The request, with `location` if its sender left its own out. */
export function withLocation(request: ServiceRequest, location: Location | undefined): ServiceRequest {
  return request.location !== undefined || location === undefined ? request : { ...request, location };
}

const leadHours = (centre: ServiceCentre, component: Component | null): number =>
  component === null ? 0 : (centre.partsLeadHours[component] ?? Number.POSITIVE_INFINITY);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
