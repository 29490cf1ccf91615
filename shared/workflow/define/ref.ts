/**
 * Types that a workflow is written with: references to values that exist only when an execution runs, and inputs that
 * take a literal or a reference at every depth. Types only; `references.ts` makes the proxies behind them.
 */

declare const value: unique symbol;
declare const end: unique symbol;

/** Mark of a reference, for the compiler: the type of the value that it stands for. */
export interface Typed<T> {
  /** Type of the value; it exists for the compiler only. */
  readonly [value]: T;
}

/**
 * A reference to a value of type `T` that an execution will have. Its fields are references again; a field of a value
 * that may be absent may be absent itself. Elements of a list: `list.at(0)`, from the end `list.at(-1)`.
 */
export type Ref<T> = Typed<T> & RefFields<T>;

/** The fields of a {@link Ref}, which are references again. */
export type RefFields<T> = 0 extends 1 & T
  ? unknown
  : unknown extends T
    ? unknown
    : [NonNullable<T>] extends [string | number | boolean | bigint]
      ? unknown
      : [NonNullable<T>] extends [readonly (infer Element)[]]
        ? { at(index: number): Ref<Element | undefined> }
        : { readonly [Key in keyof NonNullable<T> & string]-?: Ref<NonNullable<T>[Key] | Absence<T>> };

/** `undefined` when a value of type `T` may be missing, so that its fields may be missing too. */
export type Absence<T> = undefined extends T ? undefined : null extends T ? undefined : never;

/** A value of type `T` in which any part, or the whole, may be a reference. */
export type Input<T> = Typed<T> | InputLiteral<T>;

/** A value in which parts may be references, but not the whole: an {@link Input} without the bare reference. */
export type InputLiteral<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly unknown[]
    ? { readonly [Index in keyof T]: Input<T[Index]> }
    : T extends object
      ? {
          readonly [Key in keyof T]: Partial<Pick<T, Key>> extends Pick<T, Key>
            ? Input<T[Key] | undefined>
            : Input<T[Key]>;
        }
      : T;

/** The type of the value that an {@link Input} stands for. */
export type ValueOf<Given> =
  Given extends Typed<infer T>
    ? T
    : Given extends string | number | boolean | null | undefined
      ? Given
      : { [Key in keyof Given]: ValueOf<Given[Key]> };

/** Result of `flow.complete`: this path through the workflow ends here, as a succeeded execution. */
export interface Completed {
  /** Mark of the end; it exists for the compiler only. */
  readonly [end]: 'completed';
}

/** Result of `flow.fail`: this path through the workflow ends here, as a failed execution. */
export interface Failed {
  /** Mark of the end; it exists for the compiler only. */
  readonly [end]: 'failed';
}

/** An end of a path. */
export type Ended = Completed | Failed;

/** Reference to the result of a branch: nothing when the branch may return nothing, an end when it always ends. */
export type BranchResult<Returned> = [Returned] extends [Ended]
  ? Returned
  : [Extract<Returned, void | undefined>] extends [never]
    ? Ref<ValueOf<Exclude<Returned, Ended>>>
    : void;
