/**
 * Attributes of a pending record's item that a function which the whole world may call reads, and is permitted to: all but
 * `waiter`, which holds task tokens.
 */
export const SHOWN_ATTRIBUTES = [
  'pk',
  'record',
  'deadline',
  'bound',
  'message',
  'attempt',
  'step',
  'climb',
  'outcome',
] as const;
