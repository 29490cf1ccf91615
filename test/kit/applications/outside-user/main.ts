import { connect } from 'laneway/client';
import { bakery, BakeLoaves, OrderPlaced } from './bakery/topology.js';

/** `main.ts request` asks the baker; `main.ts workflow` places an order and follows it. Each prints one JSON line. */
const counter = await connect(bakery, { as: 'counter' });

if (process.argv[2] === 'request') {
  const { minutes } = await counter.request(BakeLoaves, { order: 'walk-in', loaves: 50 }, { timeout: '5 minutes' });
  console.log(JSON.stringify({ minutes }));
} else {
  const order = { order: 'A-1', loaves: 24, address: 'Mill Lane 3' };
  const { correlationId } = await counter.publish(OrderPlaced, order, { priority: 'high' });
  const handled: string[] = [];
  for await (const entry of counter.conversation(correlationId)) {
    if (entry.kind === 'delivery' && entry.delivery.state === 'completed')
      handled.push(`${entry.delivery.facts.type} by ${entry.delivery.receiver}`);
    if (entry.kind === 'message' && entry.intent.envelope.type === 'WorkflowCompleted') {
      console.log(JSON.stringify({ correlationId, handled, ended: entry.intent.envelope.data }));
      break;
    }
  }
}
