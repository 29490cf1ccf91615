import { later } from '../../../../../shared/aws/base/later.js';

class Store {
  readonly #kept = new Map<string, string>();

  async put(key: string, text: string): Promise<void> {
    await Promise.resolve();
    this.#kept.set(key, text);
  }

  async get(key: string): Promise<string | undefined> {
    await Promise.resolve();
    return this.#kept.get(key);
  }

  async *keys(): AsyncIterable<string> {
    await Promise.resolve();
    yield* this.#kept.keys();
  }
}

describe('later', () => {
  it('loads an adapter at the first call of a method, once for all methods', async () => {
    const loads: string[] = [];
    const port = later(
      () => Promise.resolve(loads.push('loaded')),
      () => new Store(),
    );
    const [put, get, keys] = [port.call('put'), port.call('get'), port.read('keys')];
    const sequence = keys();
    expect(loads).toEqual([]);
    await Promise.all([put('a', 'one'), put('b', 'two')]);
    expect(await get('a')).toBe('one');
    const found: string[] = [];
    for await (const key of sequence) found.push(key);
    expect(found).toEqual(['a', 'b']);
    expect(loads).toEqual(['loaded']);
  });

  it('tries again after a load that failed', async () => {
    let tries = 0;
    const port = later(
      () => (++tries === 1 ? Promise.reject(new Error('no such file')) : Promise.resolve(tries)),
      () => new Store(),
    );
    const get = port.call('get');
    await expect(get('a')).rejects.toThrow('no such file');
    expect(await get('a')).toBeUndefined();
    expect(tries).toBe(2);
  });
});
