/** Source of the present time; tests and the harness pass a manual one. */
export interface Clock {
  /** Present instant, milliseconds since 1970. */
  now(): number;
}
