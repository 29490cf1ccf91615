/** Store of large payloads and emissions. A text is stored before the message or item that refers to it. */
export interface PayloadStore {
  /** Stores a text under a key; the same again is harmless. */
  put(key: string, text: string): Promise<void>;
  /** The stored text. @throws LanewayError NOT_FOUND */
  get(key: string): Promise<string>;
}
