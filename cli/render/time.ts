/** A span of milliseconds for people: `34 ms`, `1.24 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function span(ms: number): string {
  const whole = Math.round(ms);
  if (Math.abs(whole) < 1000) return `${whole} ms`;
  const seconds = ms / 1000;
  if (Number.isInteger(seconds) && seconds < 60) return `${seconds} s`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 3600) return two(Math.floor(rounded / 60), 'min', rounded % 60, 's');
  if (rounded < 86_400) return two(Math.floor(rounded / 3600), 'h', Math.floor((rounded % 3600) / 60), 'min');
  return two(Math.floor(rounded / 86_400), 'd', Math.floor((rounded % 86_400) / 3600), 'h');
}

/** Milliseconds from one ISO time to another; 0 where the receiver's clock runs behind the sender's. */
export function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
