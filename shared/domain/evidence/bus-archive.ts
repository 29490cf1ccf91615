/** Archive that the bus itself keeps of its events. */
export interface BusArchive {
  /** Undefined when the bus has none. */
  find(): Promise<{ readonly name: string } | undefined>;
  /** Puts the events of a window onto the bus again. The name can be used once. */
  start(name: string, window: ReplayWindow): Promise<void>;
  look(name: string): Promise<WindowProgress>;
}

/** A window of time, milliseconds since 1970. */
export interface ReplayWindow {
  readonly from: number;
  readonly to: number;
}

/** Progress of the replay of a window. */
export interface WindowProgress {
  /** State as EventBridge spells it: STARTING, RUNNING, CANCELLING, COMPLETED, CANCELLED, FAILED. */
  readonly state: string;
  /** Time of the last event that was put onto the bus, ISO 8601. */
  readonly reached?: string;
  readonly why?: string;
}
