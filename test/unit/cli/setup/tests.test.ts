// Plain JavaScript without types of its own, as it runs before anything is installed.
const { oneAfterTheOther } = (await import(new URL('../../../../cli/setup/tests.mjs', import.meta.url).href)) as {
  oneAfterTheOther: (each: readonly string[], runOne: (one: string) => Promise<number>) => Promise<number>;
};

async function ranWith(codes: Readonly<Record<string, number>>) {
  const ran: string[] = [];
  const code = await oneAfterTheOther(Object.keys(codes), (one: string) => {
    ran.push(one);
    return Promise.resolve(codes[one] ?? 0);
  });
  return { code, ran };
}

test('the second engine runs after failed tests of the first, whose code stays', async () => {
  expect(await ranWith({ ministack: 1, 'ministack-iam': 0 })).toEqual({ code: 1, ran: ['ministack', 'ministack-iam'] });
});

test('the second engine does not run after a signal to the first', async () => {
  expect(await ranWith({ ministack: 130, 'ministack-iam': 0 })).toEqual({ code: 130, ran: ['ministack'] });
});
