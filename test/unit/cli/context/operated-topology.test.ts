import { operatedTopology, type OperatedSources } from '../../../../cli/context/operated-topology.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { storeModel, type StoredModel } from '../../../../shared/topology/deployed/stored-model.js';
import { shop, smallest } from '../../../kit/applications/fixture-topology.js';

const facts = { framework: '0.1.0', workflows: [] };
const deployedShop = storeModel(shop, facts);
const earlierShop: StoredModel = { ...deployedShop, topology: { ...shop.model, hopLimit: 8 } };
const notDeployed = new LanewayError('NOT_FOUND', 'no deployed stacks');

function sources(
  deployed: Record<string, StoredModel | undefined> = {},
  more: Partial<OperatedSources> = {},
): OperatedSources & { readonly told: string[] } {
  const told: string[] = [];
  return {
    ...{ app: undefined, folder: '/home/ada', told, say: (line) => void told.push(line) },
    checkout: checkout(),
    deployed: (name) => (name in deployed ? Promise.resolve(deployed[name]) : Promise.reject(notDeployed)),
    applications: () => Promise.resolve(Object.keys(deployed)),
    ...more,
  };
}

function checkout(more: Partial<NonNullable<OperatedSources['checkout']>> = {}) {
  return {
    ...{ file: '/home/ada/topology.ts', explicit: false },
    load: () => Promise.resolve(shop),
    text: () => "export const shop = defineTopology('fixture-shop', {",
    ...more,
  };
}
const broken = () => Promise.reject(new SyntaxError('Unexpected token }\n  at line 3'));

describe('the application that a command operates', () => {
  it('is the deployed one with --app, and needs no sources', async () => {
    const from = sources({ 'fixture-shop': deployedShop }, { app: 'fixture-shop', checkout: undefined });
    const { topology } = await operatedTopology(from);
    expect(topology.model).toEqual(shop.model);
    expect(from.told).toEqual([]);
  });

  it('is refused with --app when it is not deployed, has no model, or --topology is given too', async () => {
    await expect(operatedTopology(sources({}, { app: 'fixture-shop' }))).rejects.toBe(notDeployed);
    const older = sources({ 'fixture-shop': undefined }, { app: 'fixture-shop' });
    await expect(operatedTopology(older)).rejects.toThrow(/stored no model[^]*deploy it again/);
    const both = sources({}, { app: 'fixture-shop', checkout: checkout({ explicit: true }) });
    await expect(operatedTopology(both)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('is the checkout, without a word, when it is what is deployed, and when nothing is', async () => {
    for (const from of [sources({ 'fixture-shop': deployedShop }), sources(), sources({ 'fixture-shop': undefined })]) {
      expect((await operatedTopology(from)).topology).toBe(shop);
      expect(from.told).toEqual([]);
    }
  });

  it('is the deployed one when the checkout differs, and says what does', async () => {
    const from = sources({ 'fixture-shop': earlierShop });
    expect((await operatedTopology(from)).topology.model.hopLimit).toBe(8);
    expect(from.told).toEqual([
      expect.stringMatching(/differs .* hopLimit is 32 here, 8 there; working by what is deployed/),
    ]);
  });

  it('is the checkout that --topology names, and says that it differs', async () => {
    const from = sources({ 'fixture-shop': earlierShop }, { checkout: checkout({ explicit: true }) });
    expect((await operatedTopology(from)).topology).toBe(shop);
    expect(from.told).toEqual([expect.stringMatching(/8 there; working by the checkout/)]);
  });

  it('is the checkout when what is deployed cannot be read, and says why', async () => {
    const from = sources({}, { deployed: () => Promise.reject(new Error('AccessDenied: no\nmore')) });
    expect((await operatedTopology(from)).topology).toBe(shop);
    expect(from.told).toEqual(['the checkout could not be held against what is deployed: AccessDenied: no']);
  });

  it('is the deployed one when the checkout does not load, and says so', async () => {
    const from = sources({ 'fixture-shop': deployedShop }, { checkout: checkout({ load: broken }) });
    expect((await operatedTopology(from)).topology.model).toEqual(shop.model);
    expect(from.told).toEqual([
      "/home/ada/topology.ts cannot be loaded (Unexpected token }): working by what is deployed of 'fixture-shop'",
    ]);
  });

  it.each([
    ['names no application', () => 'export const shop = defineTopology(name, {'],
    ['names two', () => "defineTopology('fixture-shop', {}); defineTopology('fixture-smallest', {})"],
    ['names one that is not deployed', () => "defineTopology('elsewhere', {})"],
    [
      'is not there',
      () => {
        throw new Error('ENOENT');
      },
    ],
  ])('is not guessed from a broken checkout that %s', async (_, text) => {
    const all = { 'fixture-shop': deployedShop, 'fixture-smallest': storeModel(smallest, facts) };
    await expect(operatedTopology(sources(all, { checkout: checkout({ load: broken, text }) }))).rejects.toThrow(
      SyntaxError,
    );
  });

  it('is asked for outside a project, with what is deployed there', async () => {
    await expect(operatedTopology(sources({ 'fixture-shop': deployedShop }, { checkout: undefined }))).rejects.toThrow(
      /which application\?[^]*deployed here: fixture-shop[^]*type: laneway --app fixture-shop <command>/,
    );
    await expect(operatedTopology(sources({}, { checkout: undefined }))).rejects.toThrow(
      /deployed here: \(none\)[^]*AWS_REGION/,
    );
  });
});
