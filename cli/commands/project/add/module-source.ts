import { parse } from '@babel/parser';
import type { CallExpression, Expression, Node, ObjectExpression, ObjectProperty, Statement } from '@babel/types';
import { LanewayError } from '../../../../shared/domain/base/errors.js';

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** A declaration `export const name = value`, or one that is not exported. */
export interface Declared {
  readonly name: string;
  readonly value: Expression | undefined;
}

/**
 * The text of a module of the user's, to which things are added: nothing that stands there is moved, changed or
 * formatted. Positions are those of the text as it was read, so that additions do not disturb each other.
 */
export class ModuleSource {
  readonly file: string;
  readonly original: string;
  readonly #body: readonly Statement[];
  readonly #insertions: Insertion[] = [];

  /** @throws LanewayError CONFIGURATION for text that does not parse */
  constructor(file: string, original: string) {
    this.file = file;
    this.original = original;
    try {
      this.#body = parse(original, { sourceType: 'module', plugins: ['typescript'] }).program.body;
    } catch (cause) {
      throw new LanewayError('CONFIGURATION', `${file} cannot be read: ${String(cause)}`, {
        help: ['mend it (tsc shows where), then type the command again'],
        cause,
      });
    }
  }

  /** The text with everything that was added. */
  get text(): string {
    let text = this.original;
    const lastFirst = this.#insertions.map((one, order) => ({ ...one, order }));
    lastFirst.sort((a, b) => b.at - a.at || b.order - a.order);
    for (const one of lastFirst) text = text.slice(0, one.at) + one.text + text.slice(one.at);
    return text;
  }

  /** Names that the module declares at its top, with their values. */
  get declared(): readonly Declared[] {
    return this.#body.flatMap((statement) => {
      const own = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (own?.type !== 'VariableDeclaration') return [];
      return own.declarations.flatMap(({ id, init }) =>
        id.type === 'Identifier' ? [{ name: id.name, value: init ?? undefined }] : [],
      );
    });
  }

  /** Local names that imports bring in. */
  get imported(): readonly string[] {
    return this.#imports.flatMap(({ specifiers }) => specifiers.map(({ local }) => local.name));
  }

  /** Calls of a function, or of a constructor, wherever they stand outside functions. */
  calls(name: string): CallArguments[] {
    const found: CallArguments[] = [];
    const look = (node: Node | null | undefined): void => {
      if (!node) return;
      if (node.type === 'ExportNamedDeclaration') return look(node.declaration);
      if (node.type === 'VariableDeclaration') return node.declarations.forEach((one) => look(one.init));
      if (node.type === 'ExpressionStatement') return look(node.expression);
      const called = node.type === 'CallExpression' || node.type === 'NewExpression';
      if (called && node.callee.type === 'Identifier' && node.callee.name === name) found.push(node.arguments);
    };
    this.#body.forEach(look);
    return found;
  }

  /** Adds `key: value` at the end of an object, on a line of its own where its properties have theirs. */
  addProperty(object: ObjectExpression, key: string, value: string): void {
    this.#addTo(object, object.properties.at(-1), `${key}: ${value}`, true);
  }

  /** Adds an element at the end of a list. */
  addElement(list: Extract<Expression, { type: 'ArrayExpression' }>, value: string): void {
    this.#addTo(list, list.elements.at(-1) ?? undefined, value, false);
  }

  /** Imports a name, beside what comes from the same module already. */
  addImport(name: string, from: string): void {
    if (this.imported.includes(name) || this.#newImports.has(name)) return;
    this.#newImports.add(name);
    const same = this.#imports.find(
      ({ source, importKind, specifiers }) =>
        source.value === from && importKind !== 'type' && specifiers.some(({ type }) => type === 'ImportSpecifier'),
    );
    const last = same?.specifiers.at(-1);
    if (typeof last?.end === 'number') this.#insertions.push({ at: last.end, text: `, ${name}` });
    else this.#addImportLine(`import { ${name} } from '${from}';`);
  }

  /** Imports all of zod as `z`, unless there is a `z` already. */
  addZod(): void {
    if (!this.imported.includes('z')) this.#addImportLine(`import * as z from 'zod';`);
  }

  /** Adds statements at the end. */
  append(text: string): void {
    const at = this.original.trimEnd().length;
    this.#insertions.push({ at, text: `\n\n${text}` });
  }

  get #imports() {
    return this.#body.filter((statement) => statement.type === 'ImportDeclaration');
  }

  readonly #newImports = new Set<string>();

  #addImportLine(line: string): void {
    const last = this.#imports.at(-1);
    this.#insertions.push(
      last ? { at: this.#endOfLine(last.end ?? 0), text: `\n${line}` } : { at: 0, text: `${line}\n` },
    );
  }

  #addTo(owner: Expression, last: Node | undefined, text: string, linesWhenEmpty: boolean): void {
    const [start, end] = [owner.start ?? 0, owner.end ?? 0];
    if (last === undefined) {
      const outer = this.#indentAt(start);
      const lines = linesWhenEmpty ? `\n${outer}  ${text},\n${outer}` : text;
      // Only what stands between the brackets is new; comments in an empty object stay behind it.
      this.#insertions.push({ at: start + 1, text: lines });
      return;
    }
    const lastEnd = last.end ?? 0;
    const comma = owner.extra?.['trailingComma'];
    const behind = typeof comma === 'number' ? comma + 1 : lastEnd;
    if (!this.original.slice(lastEnd, end).includes('\n')) {
      this.#insertions.push({ at: behind, text: typeof comma === 'number' ? ` ${text},` : `, ${text}` });
      return;
    }
    if (typeof comma !== 'number') this.#insertions.push({ at: lastEnd, text: ',' });
    const indent = this.#indentAt(last.start ?? 0);
    this.#insertions.push({
      at: this.#endOfLine(behind),
      text: `\n${indent}${text}${typeof comma === 'number' ? ',' : ''}`,
    });
  }

  /** The end of the line where nothing but a comment follows, else the position itself. */
  #endOfLine(from: number): number {
    const rest = /^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/.exec(this.original.slice(from));
    return from + (rest?.[0].length ?? 0);
  }

  #indentAt(position: number): string {
    const line = this.original.slice(this.original.lastIndexOf('\n', position - 1) + 1, position);
    return /^[ \t]*/.exec(line)?.[0] ?? '';
  }
}

/** Arguments of a call. */
export type CallArguments = CallExpression['arguments'];

/** The properties of an object by name; undefined when some are not written out (`...spread`, `[computed]`). */
export function propertiesOf(object: ObjectExpression): ReadonlyMap<string, ObjectProperty> | undefined {
  const found = new Map<string, ObjectProperty>();
  for (const property of object.properties) {
    if (property.type !== 'ObjectProperty' || property.computed) return undefined;
    const { key } = property;
    if (key.type === 'Identifier') found.set(key.name, property);
    else if (key.type === 'StringLiteral') found.set(key.value, property);
    else return undefined;
  }
  return found;
}

/** The names or texts of a list that is written out; undefined for any other. */
export function namesIn(value: Node | undefined): readonly string[] | undefined {
  if (value?.type !== 'ArrayExpression') return undefined;
  const names = value.elements.map((element) =>
    element?.type === 'Identifier' ? element.name : element?.type === 'StringLiteral' ? element.value : undefined,
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** A name as the key of an object. */
export const propertyKey = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`);
