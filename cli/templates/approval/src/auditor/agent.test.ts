import { invoke } from 'laneway/testing';
import { CheckExpense } from '../messages.js';
import { auditor } from './agent.js';

test.each([
  [10_000, 'small'],
  [10_001, 'large'],
])('%d cents are %s', async (cents, verdict) => {
  const { reply } = await invoke(auditor, CheckExpense, { claim: 'E-1', cents });
  expect(reply?.verdict).toBe(verdict);
});
