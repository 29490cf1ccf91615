/**
 * A read for somebody who asks at every message: its answer holds for a while. One that failed is read anew, and so it is when the clock was set back.
 * @param now milliseconds since 1970
 * @param ms time for which an answer holds, milliseconds
 */
export function recently<Value>(read: () => Promise<Value>, now: () => number, ms: number): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  let at = 0;
  return () => {
    const age = now() - at;
    if (answer && age >= 0 && age < ms) return answer;
    at = now();
    const reading = read();
    answer = reading;
    reading.catch(() => {
      if (answer === reading) answer = undefined;
    });
    return reading;
  };
}
