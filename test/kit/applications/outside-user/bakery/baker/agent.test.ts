import assert from 'node:assert/strict';
import test from 'node:test';
import { invoke } from 'laneway/testing';
import { BakeLoaves } from '../topology.js';
import { baker } from './agent.js';

await test('fifty loaves take two batches', async () => {
  const { reply } = await invoke(baker, BakeLoaves, { order: 'B-2', loaves: 50 });
  assert.equal(reply?.minutes, 70);
});
