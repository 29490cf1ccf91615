import {
  DescribeReplayCommand,
  ListArchivesCommand,
  StartReplayCommand,
  type Archive,
  type EventBridgeClient,
} from '@aws-sdk/client-eventbridge';
import { defined } from '../../domain/base/defined.js';
import type { BusArchive } from '../../domain/evidence/bus-archive.js';
import { available } from '../base/aws-error.js';

/** The archive of a bus, found by the bus: on a local engine it is made by API, so that no stack names it. */
export class EventBridgeArchive implements BusArchive {
  /** @param bus ARN */
  constructor(
    private readonly client: EventBridgeClient,
    private readonly bus: string,
  ) {}

  async find(): Promise<{ name: string } | undefined> {
    const name = (await this.archive())?.ArchiveName;
    return name === undefined ? undefined : { name };
  }

  async start(name: string, window: { readonly from: number; readonly to: number }): Promise<void> {
    const archive = (await this.archive())?.ArchiveName ?? '';
    await available(
      `starting replay ${name}`,
      this.client.send(
        new StartReplayCommand({
          ReplayName: name,
          EventSourceArn: this.bus.replace(/:event-bus\/.*$/, `:archive/${archive}`),
          EventStartTime: new Date(window.from),
          EventEndTime: new Date(window.to),
          Destination: { Arn: this.bus },
        }),
      ),
    );
  }

  async look(name: string): Promise<{ state: string; reached?: string; why?: string }> {
    const { State, EventLastReplayedTime, StateReason } = await available(
      `looking at replay ${name}`,
      this.client.send(new DescribeReplayCommand({ ReplayName: name })),
    );
    return {
      state: State ?? 'STARTING',
      ...(EventLastReplayedTime === undefined ? {} : { reached: EventLastReplayedTime.toISOString() }),
      ...defined({ why: StateReason }),
    };
  }

  private async archive(): Promise<Archive | undefined> {
    const { Archives = [] } = await available(
      'listing the archives of the bus',
      this.client.send(new ListArchivesCommand({ EventSourceArn: this.bus })),
    );
    return Archives.find(({ EventSourceArn, State }) => EventSourceArn === this.bus && State !== 'DISABLED');
  }
}
