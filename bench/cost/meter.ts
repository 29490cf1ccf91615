import { PRICES, type PriceName } from './prices.js';

/** One line of a bill: what was used, and by which part of Laneway. */
export interface BillLine {
  /** CostPart of Laneway that used it. */
  readonly part: string;
  readonly price: PriceName;
  readonly unit: string;
  /** Units used. */
  readonly count: number;
  readonly usd: number;
}

/** Counts what is used, by part and price. */
export class Meter {
  readonly #counts = new Map<string, number>();
  /** CostPart that calls of stores are counted for. */
  part = 'ledger';

  add(price: PriceName, count: number, part = this.part): void {
    const key = `${part}|${price}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** Forgets what was counted. */
  clear(): void {
    this.#counts.clear();
  }

  /** Units used by a part. */
  count(part: string, price: PriceName): number {
    return this.#counts.get(`${part}|${price}`) ?? 0;
  }

  /**
   * Lines of the bill for `times` of what was measured, dearest first.
   * @param less what is used without it
   */
  parts(divisor: number, times: number, less?: Meter): BillLine[] {
    const keys = new Set([...this.#counts.keys(), ...(less?.keys() ?? [])]);
    const lines = [...keys].map((key): BillLine => {
      const [part = '', name = ''] = key.split('|');
      const price = name as PriceName;
      const used = this.count(part, price) - (less?.count(part, price) ?? 0);
      const count = (used / divisor) * times;
      const { usd, per, unit } = PRICES[price];
      return { part, price, unit, count, usd: (count * usd) / per };
    });
    return lines.filter(({ count }) => count !== 0).sort((one, other) => other.usd - one.usd);
  }

  keys(): Iterable<string> {
    return this.#counts.keys();
  }
}

/** Dollars of some lines. */
export function sumOf(parts: readonly BillLine[]): number {
  return parts.reduce((sum, { usd }) => sum + usd, 0);
}
