import type { Component, Location } from '../schemas.js';

/** A workshop: its place, hours, bays, skills and parts. */
export interface ServiceCentre {
  readonly id: string;
  readonly name: string;
  readonly location: Location;
  /** Vehicles that can be worked on at the same time; bays count from 1. */
  readonly bays: number;
  /** First hour of work and the hour at which it closes, UTC, whole hours 0-24. */
  readonly opens: number;
  readonly closes: number;
  /** Days on which it works: 0 Sunday to 6 Saturday. */
  readonly days: readonly number[];
  readonly skills: readonly Component[];
  /** Hours until the parts for a component are there: 0 is on the shelf; a component not named cannot be had. */
  readonly partsLeadHours: Readonly<Partial<Record<Component, number>>>;
}

const EARTH_RADIUS_KM = 6_371;

/** Great-circle distance in km by the haversine formula (mean earth radius 6371 km, error below 0.6 %). */
export function distanceKm(from: Location, to: Location): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const dLat = radians(to.lat - from.lat);
  const dLon = radians(to.lon - from.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

const WEEKDAYS = [1, 2, 3, 4, 5];
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

/** Three centres around Munich for the demo and the tests; an application brings its own. */
export const SAMPLE_CENTRES: readonly ServiceCentre[] = [
  {
    id: 'munich-north',
    name: 'Service Centre Munich North',
    location: { lat: 48.215, lon: 11.57 },
    bays: 3,
    opens: 6,
    closes: 18,
    days: EVERY_DAY,
    skills: ['lubrication', 'fuel', 'cooling', 'engine', 'electrical', 'brakes'],
    partsLeadHours: { lubrication: 0, fuel: 24, cooling: 0, engine: 48, electrical: 24, brakes: 0 },
  },
  {
    id: 'augsburg',
    name: 'Service Centre Augsburg',
    location: { lat: 48.371, lon: 10.898 },
    bays: 2,
    opens: 7,
    closes: 17,
    days: WEEKDAYS,
    skills: ['lubrication', 'fuel', 'cooling', 'brakes', 'steering'],
    partsLeadHours: { lubrication: 0, fuel: 0, cooling: 24, brakes: 0, steering: 24 },
  },
  {
    id: 'ingolstadt',
    name: 'Service Centre Ingolstadt',
    location: { lat: 48.763, lon: 11.425 },
    bays: 2,
    opens: 6,
    closes: 16,
    days: WEEKDAYS,
    skills: ['lubrication', 'engine', 'transmission', 'electrical', 'cooling'],
    partsLeadHours: { lubrication: 0, engine: 24, transmission: 24, electrical: 0, cooling: 0 },
  },
];
