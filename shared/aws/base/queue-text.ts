/** The characters that JSON.stringify leaves as they are and SQS refuses (SendMessage: #x9 #xA #xD, #x20-#xD7FF, #xE000-#xFFFD, #x10000-#x10FFFF). */
const REFUSED = /[\ufffe\uffff]/g;

/**
 * A JSON text as SQS takes it, every refused character written as its escape: it reads as the same value. Every body that is
 * sent to a queue, and every detail that EventBridge puts into one, goes through here.
 */
export function queueText(json: string): string {
  return json.replace(REFUSED, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
