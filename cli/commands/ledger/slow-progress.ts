const FIRST_MS = 2_000;

/** Passes lines on at most every two seconds, the first after two: a quick command prints nothing. */
export function slowProgress(say: (line: string) => void, now: () => number = Date.now): (line: () => string) => void {
  let next = now() + FIRST_MS;
  return (line) => {
    if (now() < next) return;
    next = now() + FIRST_MS;
    say(line());
  };
}
