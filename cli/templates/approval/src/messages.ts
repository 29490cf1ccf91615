import { command, event } from 'laneway/message';
import * as z from 'zod';

const claim = { claim: z.string().min(1), cents: z.number().int().positive() };

/** Somebody wants money back. Starts the workflow `expense`. */
export const ExpenseClaimed = event('ExpenseClaimed', z.object(claim));

/** The auditor has looked at a claim. */
export const ExpenseChecked = event('ExpenseChecked', z.object({ ...claim, verdict: z.enum(['small', 'large']) }));

/** Look at a claim. */
export const CheckExpense = command('CheckExpense', z.object(claim), { reply: ExpenseChecked });
