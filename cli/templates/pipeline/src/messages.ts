import { event } from 'laneway/message';
import * as z from 'zod';

const order = { order: z.string().min(1), pieces: z.number().int().positive() };

/** A customer ordered. */
export const OrderPlaced = event('OrderPlaced', z.object(order));

/** The order has its price. */
export const OrderPriced = event('OrderPriced', z.object({ ...order, cents: z.number().int() }));

/** The order left the house. */
export const OrderShipped = event('OrderShipped', z.object({ order: z.string(), parcels: z.number().int() }));
