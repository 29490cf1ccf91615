/** Large payloads and emissions; written before what refers to them. */
export interface PayloadStore {
  put(key: string, text: string): Promise<void>;
  /** @throws LanewayError NOT_FOUND */
  get(key: string): Promise<string>;
}
