import * as z from 'zod';
import { anyText, count, inForm, instant, keyPart } from '../form/shapes.js';
import { storedJson } from '../form/stored-json.js';
import type { ChainHead } from './ledger-chain.js';
import type { Seal } from './seal.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const place = { chain: keyPart, number: count, digest };

const head = z.looseObject({
  ...place,
  day,
  sequence: z
    .string()
    .regex(/^\d{1,100}$/)
    .optional(),
});

const seal = z.looseObject({
  ...{ application: anyText, number: count.min(1), at: instant, previous: digest, digest },
  heads: z.array(z.looseObject(place)),
  signature: z.looseObject({ algorithm: anyText, publicKey: anyText, value: anyText }).nullable(),
});

/** @throws LanewayError UNREADABLE */
export function checkHead(given: ChainHead): ChainHead {
  return inForm(head, given, 'the head of a chain');
}

/** A seal from its stored text. @throws LanewayError UNREADABLE */
export function sealOf(text: string): Seal {
  return inForm(seal, storedJson(text, 'the seal') as Seal, 'the seal');
}
