import * as z from 'zod';
import { defined } from '../../domain/base/defined.js';
import { LanewayError } from '../../domain/base/errors.js';
import { command, event, older, type EventType, type MessageType } from '../../message/message-type.js';
import { EMERGENCY_CHANNELS } from '../../message/emergency-messages.js';
import { SYSTEM_CHANNELS } from '../../message/system-messages.js';
import type { TopologyModel } from '../model.js';
import type { Topology } from '../topology.js';

/** Version of the stored form. A reader refuses any other, because acting by a misread model is worse than not acting. */
export const MODEL_FORMAT = 1;

/** Schema of a sent payload as JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas of a message type by version: the latest and those that receivers still accept. */
export interface StoredSchemas {
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** Places of the latest version whose rules are code (refinements, transforms): `vin: refinement`. Agents check them. */
  readonly unchecked: readonly string[];
}

/** A workflow as it was deployed. */
export interface StoredWorkflow {
  readonly name: string;
  readonly startedBy: string;
  /** Types that its steps wait for. */
  readonly awaits: readonly string[];
  /** Its compiled definition, before the addresses of a deployment are filled in. */
  readonly definition: unknown;
}

/** The deployed application as plain data that needs no source: written at synth, read by operators. */
export interface StoredModel {
  readonly format: typeof MODEL_FORMAT;
  /** Version of Laneway that made the templates. */
  readonly framework: string;
  /** Version of the application, where it has one. */
  readonly version?: string | undefined;
  readonly topology: TopologyModel;
  /** Schemas of the application's own types, by name; those of the framework are known by its version. */
  readonly types: Readonly<Record<string, StoredSchemas>>;
  readonly workflows: readonly StoredWorkflow[];
}

/** The parts of a stored model beside its format, its topology and its types. */
export type ModelFacts = Pick<StoredModel, 'framework' | 'version' | 'workflows'>;

/** Makes the stored form of a topology. Without `types` (a model alone), its readers cannot check payloads. */
export function storeModel(topology: Pick<Topology, 'model'> & Partial<Topology>, facts: ModelFacts): StoredModel {
  const types: Record<string, StoredSchemas> = {};
  for (const type of topology.types?.values() ?? []) if (!isSystemType(type.name)) types[type.name] = schemasOf(type);
  const { framework, version, workflows } = facts;
  return {
    ...{ format: MODEL_FORMAT, framework },
    ...defined({ version }),
    ...{ topology: topology.model, types, workflows },
  };
}

const storedSchema = z.looseObject({
  format: z.literal(MODEL_FORMAT),
  framework: z.string(),
  version: z.string().optional(),
  topology: z.looseObject({
    name: z.string(),
    ...Object.fromEntries(
      ['types', 'channels', 'agents', 'clients', 'ingress'].map((part) => [part, z.record(z.string(), z.unknown())]),
    ),
  }),
  types: z.record(
    z.string(),
    z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())), unchecked: z.array(z.string()) }),
  ),
  workflows: z.array(z.object({ name: z.string(), startedBy: z.string(), awaits: z.array(z.string()) }).loose()),
});

/** Reads a stored model. @throws LanewayError CONFIGURATION for another format, or for a text that is no model */
export function readStoredModel(text: string, where: string): StoredModel {
  const value = parsed(text);
  const format: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'format') : undefined;
  if (typeof format === 'number' && format !== MODEL_FORMAT) {
    throw new LanewayError('CONFIGURATION', `${where} has format ${format}; this laneway reads ${MODEL_FORMAT}`, {
      help: [`it was deployed by Laneway ${String(Reflect.get(Object(value), 'framework'))}: use that version`],
    });
  }
  const read = storedSchema.safeParse(value);
  if (read.success) return read.data as unknown as StoredModel;
  const [issue] = read.error.issues;
  throw new LanewayError(
    'CONFIGURATION',
    `${where} is no stored model: ${issue?.path.join('.') || 'it'}: ${issue?.message ?? ''}`,
    { help: ['deploy the application again'] },
  );
}

/**
 * Makes a topology that operators work by: its model and its types, which check payloads by the stored JSON Schemas.
 * Parts declared as code (maps of ingresses, refinements, upgrades) are not in it. A payload of an older version is
 * checked against that version and goes on unchanged.
 */
export function storedTopology(stored: StoredModel): Topology {
  const types = new Map<string, MessageType>();
  const build = (name: string): MessageType => {
    const known = types.get(name);
    if (known) return known;
    const model = stored.topology.types[name];
    const system = systemTypes().get(name);
    // The framework finds its own types by identity.
    if (system && system.version === (model?.version ?? system.version)) {
      types.set(name, system);
      return system;
    }
    const { schemas = {} } = stored.types[name] ?? {};
    const version = model?.version ?? 1;
    const accepts = Object.keys(schemas)
      .map(Number)
      .filter((one) => one !== version)
      .map((one) => older(one, schemaFrom(schemas[one]), (data) => new Earlier(data)));
    const latest = orEarlier(schemaFrom(schemas[version]));
    const reply = model?.reply === undefined ? undefined : (build(model.reply) as EventType);
    const type =
      model?.kind === 'command'
        ? command(name, latest, { version, accepts, ...(reply ? { reply } : {}) })
        : event(name, latest, { version, accepts });
    types.set(name, type);
    return type;
  };
  for (const name of Object.keys(stored.topology.types)) build(name);
  return {
    ...{ name: stored.topology.name, channels: {}, agents: {}, clients: {}, ingress: {} },
    ...{ types, model: stored.topology },
  };
}

/** A payload of an older version, which only code could make one of the latest. */
class Earlier {
  constructor(readonly data: unknown) {}
}

function orEarlier(latest: z.ZodType): z.ZodType {
  return z
    .any()
    .superRefine((value: unknown, context) => {
      if (value instanceof Earlier) return;
      for (const issue of z.safeParse(latest, value).error?.issues ?? [])
        context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    })
    .transform((value: unknown) => (value instanceof Earlier ? value.data : value));
}

function schemaFrom(stored: JsonSchema | undefined): z.ZodType {
  return stored === undefined ? z.unknown() : z.fromJSONSchema(stored);
}

function schemasOf(type: MessageType): StoredSchemas {
  const unchecked: string[] = [];
  const latest = jsonSchema(type.schema, unchecked);
  const earlier = type.accepts.map(({ version, schema }) => [version, jsonSchema(schema, [])] as const);
  return { schemas: Object.fromEntries([...earlier, [type.version, latest] as const]), unchecked };
}

/** Schema of the input, which is what is sent. Rules that JSON Schema cannot express are let through and listed in `unchecked`. */
function jsonSchema(schema: z.ZodType, unchecked: string[]): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made, path = [] }) => {
      const place =
        path
          .filter((part) => part !== 'properties')
          .map(String)
          .join('.') || 'data';
      const { def } = zodSchema._zod;
      const checks = (def.checks ?? []).map((check) => check._zod.def.check);
      if (checks.includes('custom')) note(unchecked, `${place}: refinement`);
      if (isTransform(def)) note(unchecked, `${place}: transform`);
      else if (Object.keys(made).length === 0 && !['any', 'unknown', 'optional'].includes(def.type))
        note(unchecked, `${place}: ${def.type}`);
    },
  });
  return rest;
}

/** True for `transform` and `preprocess`: pipes with code at one end. */
function isTransform(def: z.core.$ZodTypeDef): boolean {
  if (def.type !== 'pipe') return false;
  const { in: from, out } = def as z.core.$ZodPipeDef;
  return from._zod.def.type === 'transform' || out._zod.def.type === 'transform';
}

function note(list: string[], line: string): void {
  if (!list.includes(line)) list.push(line);
}

let system: ReadonlyMap<string, MessageType> | undefined;

function systemTypes(): ReadonlyMap<string, MessageType> {
  const all = Object.values({ ...SYSTEM_CHANNELS, ...EMERGENCY_CHANNELS }).flatMap(
    ({ carries }): readonly MessageType[] => carries,
  );
  return (system ??= new Map(all.map((type) => [type.name, type])));
}

function isSystemType(name: string): boolean {
  return systemTypes().has(name);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
