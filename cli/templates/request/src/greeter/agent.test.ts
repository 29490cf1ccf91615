import { invoke } from 'laneway/testing';
import { Greet } from '../messages.js';
import { greeter } from './agent.js';

test('somebody is greeted by name', async () => {
  const { reply } = await invoke(greeter, Greet, { name: 'Ada' });
  expect(reply).toEqual({ text: 'Good day, Ada!' });
});
