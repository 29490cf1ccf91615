import { relative, resolve } from 'node:path';
import ts from 'typescript';
import type { Entry } from './entries.js';
import type { Example } from './examples.js';

/** An export of the package. */
export interface PublicExport {
  readonly entry: string;
  readonly name: string;
  readonly kind: 'class' | 'function' | 'type' | 'value';
  /** First sentence of its TSDoc; empty when it has none. */
  readonly summary: string;
  /** Place of the declaration, `file:name`, by which an export under two entries is known as one. */
  readonly declaration: string;
}

/** A member of an interface, for a table of options. */
export interface Option {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly meaning: string;
  /** Text of `@defaultValue`. */
  readonly byDefault: string | undefined;
}

/** The package's sources, read by the compiler. */
export class PublicSources {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  constructor(
    readonly entries: readonly Entry[],
    private readonly examples: readonly Example[],
  ) {
    const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
    const texts = new Map(examples.map(({ file, text }) => [resolve(file), text]));
    const host = ts.createCompilerHost(options);
    host.fileExists = (file) => texts.has(file) || ts.sys.fileExists(file);
    host.readFile = (file) => texts.get(file) ?? ts.sys.readFile(file);
    this.#program = ts.createProgram([...entries.map(({ source }) => source), ...texts.keys()], options, host);
    this.#checker = this.#program.getTypeChecker();
  }

  /** Errors of the compiler in the examples. */
  problemsOfExamples(): readonly string[] {
    return this.examples.flatMap(({ place, file }) => {
      const source = this.#program.getSourceFile(resolve(file));
      const found = [...this.#program.getSyntacticDiagnostics(source), ...this.#program.getSemanticDiagnostics(source)];
      return found.map(
        ({ messageText }) =>
          `${place}: the example does not compile: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
    });
  }

  /** Every export of every entry, by entry and name. */
  exports(): readonly PublicExport[] {
    return this.entries.flatMap(({ name, source }) =>
      this.#symbolsOf(source)
        .map((symbol) => this.#describe(name, symbol))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }

  /**
   * Members of an exported interface or object type, in the order of their declaration.
   * @throws Error when the entry has no such export
   */
  options(entry: string, type: string): readonly Option[] {
    const source = this.entries.find(({ name }) => name === entry)?.source ?? '';
    const found = this.#symbolsOf(source).find(({ name }) => name === type);
    if (found === undefined) throw new Error(`laneway/${entry} exports no ${type}`);
    return this.#checker
      .getDeclaredTypeOfSymbol(this.#resolved(found))
      .getProperties()
      .map((property) => this.#option(property));
  }

  #option(property: ts.Symbol): Option {
    const declaration = property.valueDeclaration;
    const written = declaration && ts.isPropertySignature(declaration) ? declaration.type?.getText() : undefined;
    const defaults = property.getJsDocTags(this.#checker).find(({ name }) => name === 'defaultValue');
    return {
      name: property.name,
      type: (written ?? 'function').replace(/\s+/g, ' '),
      required: (property.flags & ts.SymbolFlags.Optional) === 0,
      meaning: ts.displayPartsToString(property.getDocumentationComment(this.#checker)).replace(/\s+/g, ' '),
      byDefault: defaults && ts.displayPartsToString(defaults.text).replace(/\s+/g, ' '),
    };
  }

  #symbolsOf(source: string): readonly ts.Symbol[] {
    const file = this.#program.getSourceFile(resolve(source));
    const module = file && this.#checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${source} is no module`);
    return this.#checker.getExportsOfModule(module);
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }

  #describe(entry: string, exported: ts.Symbol): PublicExport {
    const symbol = this.#resolved(exported);
    const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).replace(/\s+/g, ' ');
    return {
      entry,
      name: exported.name,
      kind: kindOf(symbol.flags),
      summary: firstSentence(text),
      declaration: `${relative('.', file)}:${symbol.name}`,
    };
  }
}

function kindOf(flags: ts.SymbolFlags): PublicExport['kind'] {
  if ((flags & ts.SymbolFlags.Class) !== 0) return 'class';
  if ((flags & ts.SymbolFlags.Function) !== 0) return 'function';
  return (flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Enum)) === 0 ? 'type' : 'value';
}

/** The first sentence, or the part of it before a colon or semicolon; what stands between backticks is one word. Links are code. */
function firstSentence(text: string): string {
  const plain = text.replaceAll(/\{@link ([^}|\s]+)[^}]*\}/g, '`$1`');
  return /^(?:`[^`]*`|[^`])*?[.:;](?= |$)/.exec(plain)?.[0].replace(/[:;]$/, '.') ?? plain;
}
