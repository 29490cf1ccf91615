import * as z from 'zod';
import { command, event } from 'laneway/message';

/**
 * A workshop that makes things to order. What its agents do follows from what they are asked for alone: `refused ...` is
 * refused, `silent ...` never answered, `later ...` answered when somebody knocks; `dear ...` costs much.
 */
export const Priced = event(
  'Priced',
  z.object({
    item: z.string(),
    cents: z.number().int(),
    grade: z.enum(['cheap', 'fair', 'dear']),
    parts: z.array(z.object({ name: z.string(), cents: z.number().int() })),
    note: z.string().optional(),
    discount: z.object({ percent: z.number(), why: z.string().optional() }).optional(),
  }),
);
export const Reserved = event('Reserved', z.object({ item: z.string(), slot: z.string(), sure: z.boolean() }));
export const Released = event('Released', z.object({ slot: z.string() }));
export const Echoed = event(
  'Echoed',
  z.object({ text: z.string(), lines: z.array(z.string()).optional(), number: z.number().optional() }),
);
export const Answered = event('Answered', z.object({ answer: z.string(), by: z.string() }));

export const Price = command(
  'Price',
  z.object({ item: z.string(), count: z.number().int().optional(), note: z.string().optional() }),
  { reply: Priced },
);
export const Reserve = command('Reserve', z.object({ order: z.string(), item: z.string() }), { reply: Reserved });
export const Release = command('Release', z.object({ slot: z.string() }), { reply: Released });
export const Echo = command('Echo', Echoed.schema, { reply: Echoed });
/** `try 2` is answered by the second attempt, `person` by none. */
export const Ask = command('Ask', z.object({ question: z.string() }), { reply: Answered });

/** News of a running workflow. */
export const Noted = event('Noted', z.object({ order: z.string(), text: z.string(), cents: z.number().optional() }));
/** Word from outside while a workflow runs. */
export const Paid = event('Paid', z.object({ order: z.string(), cents: z.number().int() }));
export const Knocked = event('Knocked', z.object({ item: z.string() }));

const Order = z.object({ order: z.string(), item: z.string(), note: z.string().optional(), at: z.string().optional() });
const Line = z.object({ item: z.string(), count: z.number().int().optional() });
const Basket = z.object({ order: z.string(), lines: z.array(Line), gifts: z.array(z.string()).optional() });
const Rooms = z.object({
  order: z.string(),
  rooms: z.array(z.object({ room: z.string(), items: z.array(z.string()) })),
});
const Text = z.object({ text: z.string(), lines: z.array(z.string()).optional() });

/** Start messages: one type for each workflow, so that each message starts one. */
export const start = {
  quote: event('QuoteWanted', Order),
  told: event('ReservationWanted', Order),
  carried: event('GiftWanted', Order),
  literals: event('LiteralsWanted', Text),
  large: event('LargeTextSent', Text),
  stops: event('NoteLeft', Order),
  nights: event('NightWorkWanted', Order),
  grades: event('GradeAsked', Order),
  sure: event('SureSlotWanted', Order),
  nested: event('DearSlotWanted', Order),
  absent: event('DiscountAsked', Order),
  limits: event('LimitsAsked', Order),
  both: event('BothWanted', Order),
  halves: event('FourThingsWanted', Order),
  sides: event('GradedPairWanted', Basket),
  beside: event('ListBesideWanted', Basket),
  pause: event('PauseBesideWanted', Order),
  broken: event('PairBroken', Order),
  each: event('BasketPriced', Basket),
  rooms: event('RoomsFurnished', Rooms),
  pairs: event('BasketPairsWanted', Basket),
  sorted: event('BasketSorted', Basket),
  gifts: event('GiftsListed', Basket),
  element: event('BasketBroken', Basket),
  waits: event('ShortWaitWanted', Order),
  until: event('WaitUntilWanted', Order),
  paid: event('PaymentDue', Order),
  early: event('PrepaymentDue', Order),
  keyed: event('PaymentsDue', Basket),
  unpaid: event('PaymentOverdue', Order),
  approval: event('BudgetAsked', Order),
  silence: event('BudgetAskedInVain', Order),
  branch: event('BudgetAskedBeside', Order),
  child: event('DeskWanted', Order),
  parent: event('DeskOrdered', Order),
  runs: event('DesksOrdered', Basket),
  deep: event('OfficeOrdered', Order),
  saga: event('KitchenWanted', Order),
  sides2: event('KitchenPairWanted', Order),
  elements: event('KitchenSetWanted', Basket),
  kept: event('KitchenKept', Order),
  arms: event('RiskyPriceAsked', Order),
  plain: event('PlainPriceAsked', Order),
  failing: event('RefusalWanted', Order),
  later: event('LatePriceAsked', Order),
  ladder: event('QuestionAsked', Order),
  ladders: event('QuestionsAsked', Basket),
  house: event('HouseOrdered', Basket),
  street: event('StreetOrdered', Rooms),
} as const;
