import { cutText } from '../base/cut-text.js';
import { LanewayError } from '../base/errors.js';

/** Store of large payloads and emissions. A text is stored before the message or item that refers to it. */
export interface PayloadStore {
  /** Stores a text under a key; the same again is harmless. */
  put(key: string, text: string): Promise<void>;
  /**
   * The stored text, of at most `most` bytes: of a longer one no more is read.
   * @defaultValue `most`: the longest payload that may be stored
   * @throws LanewayError NOT_FOUND; TOO_LARGE; UNAVAILABLE
   */
  get(key: string, most?: number): Promise<string>;
}

/** TOO_LARGE for a text of which no more than `most` bytes are read. */
export function tooLong(key: string, most: number): LanewayError {
  return new LanewayError('TOO_LARGE', `the payload store has more as '${cutText(key, 600)}' than is read`, {
    help: [`allowed: up to ${most} bytes`],
  });
}
