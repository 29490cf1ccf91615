/**
 * Attributes of a pending record's item that the public function of the approval page reads. IAM permits it no others:
 * `waiter`, which holds task tokens, is not among them.
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
