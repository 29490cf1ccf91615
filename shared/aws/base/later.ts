/** Methods of a port that answer with a promise. */
type Asked<Port> = {
  [Method in keyof Port]: Port[Method] extends (...given: never[]) => Promise<unknown> ? Method : never;
}[keyof Port];

/** Methods of a port that answer with a sequence. */
type Read<Port> = {
  [Method in keyof Port]: Port[Method] extends (...given: never[]) => AsyncIterable<unknown> ? Method : never;
}[keyof Port];

/** A port whose adapter is still to be loaded. */
interface Later<Port> {
  /** The method of that name: its first call loads the adapter. */
  call<Method extends Asked<Port>>(method: Method): Port[Method];
  /** The method of that name: the first look at what it gives loads the adapter. */
  read<Method extends Read<Port>>(method: Method): Port[Method];
}

/**
 * Puts off the loading of an adapter, and of the SDK's client with it, until one of its methods is called: a function that
 * starts pays for what its first message needs, and no more. An adapter is made once; where the loading failed, the next call
 * tries again.
 *
 * @param load imports the module that makes the adapter
 */
export function later<Module, Port extends object>(
  load: () => Promise<Module>,
  make: (module: Module) => Port,
): Later<Port> {
  let making: Promise<Port> | undefined;
  const made = (): Promise<Port> => {
    making ??= load().then(make, (error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };
  type AnyMethod = (...given: unknown[]) => unknown;
  const methodOf = async (name: keyof Port): Promise<AnyMethod> => {
    const port = await made();
    return (port[name] as AnyMethod).bind(port);
  };
  return {
    call: (method) => (async (...given: unknown[]) => (await methodOf(method))(...given)) as Port[typeof method],
    read: (method) =>
      async function* (...given: unknown[]) {
        yield* (await methodOf(method))(...given) as AsyncIterable<unknown>;
      } as Port[typeof method],
  };
}
