/* The SDK's coding of event streams: every client refers to it, and few calls stream events. */
export * from '@smithy/core/event-streams';
