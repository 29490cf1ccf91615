import type { ReceivedCopy } from '../../../../shared/agent/receive/services.js';
import { pollLanes, type PolledLane } from '../../../../shared/worker/poll-lanes.js';
import { Slots } from '../../../../shared/worker/slots.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A lane of copies whose handlings end when they are let go, with room for so many. */
function laneWith(copies: number, room: () => number) {
  const waiting = Array.from({ length: copies }, (_, index): ReceivedCopy => {
    const copy = String(index);
    return { copy, receipt: copy, body: '{}', receives: 1 };
  });
  const running: (() => void)[] = [];
  let most = 0;
  const lane: PolledLane = {
    name: 'packer/normal',
    room: () => room() - running.length,
    receive: async (some, patient, signal) => {
      while (patient && waiting.length === 0 && !signal.aborted) await turn();
      return waiting.splice(0, some);
    },
    handle: async () => {
      const done = new Promise<void>((resolve) => running.push(resolve));
      most = Math.max(most, running.length);
      await done;
    },
    giveBack: async (given) => {
      waiting.unshift(...given);
      return Promise.resolve();
    },
  };
  const end = (): void => running.shift()?.();
  return { lane, waiting, running, end, most: () => most };
}

it('never takes more of a lane than it has room for, though slots are free', async () => {
  const { lane, waiting, running, end, most } = laneWith(6, () => 2);
  const stopping = new AbortController();
  const slots = new Slots(8);
  const polled = pollLanes([lane], slots, stopping.signal);
  while (waiting.length > 0 || running.length > 0) {
    await turn();
    end();
  }
  stopping.abort();
  await polled;
  expect(most()).toBe(2);
});

it('takes nothing of a lane without room, and goes on when it is told that there is some', async () => {
  let room = 0;
  let wake: () => void = () => undefined;
  const { lane, waiting, running, end } = laneWith(1, () => room);
  const stopping = new AbortController();
  const polled = pollLanes([lane], new Slots(2), stopping.signal, { roomy: (call) => (wake = call) });
  for (let turns = 0; turns < 20; turns += 1) await turn();
  expect([waiting.length, running.length]).toEqual([1, 0]);
  room = 1;
  wake();
  while (running.length === 0) await turn();
  end();
  stopping.abort();
  await polled;
});
