import { summarizeError } from '../base/errors.js';

/** Kinds of stored things that others than their readers write. */
export type StoredKind =
  | 'ledger row'
  | 'list of emissions'
  | 'request'
  | 'note of an execution'
  | 'compensation'
  | 'archived line'
  | 'head of a chain'
  | 'seal'
  | 'registry row';

/** A stored thing that could not be read. Its readers passed it over, and it stays where it is. */
export interface PassedOver {
  readonly kind: StoredKind;
  /** Its key. */
  readonly where: string;
  /** Reason why it cannot be read; nothing of its content is quoted. */
  readonly why: string;
}

/** Things that are kept to be told one by one; of further ones the number is told. */
const MOST_TOLD = 50;
/** Things that are known to have been noted; of more of them one may count twice. */
const MOST_KNOWN = 10_000;

/**
 * The things that the stores of one process could not read and passed over. A store says it here, and whoever opened the
 * store takes it from here and tells: a function in its log, a command to its user. Between two takings each thing counts once.
 */
export class UnreadableRows {
  readonly #known = new Set<string>();
  #fresh: PassedOver[] = [];
  #more = 0;

  /** Notes a thing that was passed over. */
  add(row: PassedOver): void {
    const id = `${row.kind} ${row.where}`;
    if (this.#known.has(id)) return;
    if (this.#known.size < MOST_KNOWN) this.#known.add(id);
    if (this.#fresh.length < MOST_TOLD) this.#fresh.push(row);
    else this.#more++;
  }

  /** Takes what was passed over since the last call: the first of them, and how many more there were. */
  take(): { readonly rows: readonly PassedOver[]; readonly more: number } {
    const taken = { rows: this.#fresh, more: this.#more };
    this.#fresh = [];
    this.#more = 0;
    this.#known.clear();
    return taken;
  }
}

/**
 * Reads a row by `decode`, which does nothing but read it. A row that it cannot read is passed over and noted, so that it
 * harms none of its neighbours: whatever is thrown means that the row is not as its writers write it.
 * @param place kind and key of the row
 */
export function readOrPass<Row, Value>(
  row: Row,
  decode: (row: Row) => Value,
  place: (row: Row) => Pick<PassedOver, 'kind' | 'where'>,
  passedOver: UnreadableRows,
): Value | undefined {
  try {
    return decode(row);
  } catch (error) {
    const [why = ''] = summarizeError(error).message.split('\n');
    passedOver.add({ ...place(row), why });
    return undefined;
  }
}
