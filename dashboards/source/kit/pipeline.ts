import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';

/** What becomes of the values of a group: Grafana's names. */
type Reducer = 'count' | 'sum' | 'min' | 'max' | 'first' | 'last' | 'lastNotNull' | 'delta';

type Operator = '+' | '-' | '*' | '/';

/** Reducers by the field that each is for. */
type Reducers<Field extends string> = Partial<Record<Field, Reducer>>;

/** The fields that Grafana makes of them, as in `seen (lastNotNull)`. */
type Reduced<Of> = { [Field in keyof Of]: `${Field & string} (${Of[Field] & string})` }[keyof Of];

type Condition = { is: 'isNotNull' } | { is: 'greater' | 'notEqual'; value: number | string };

/**
 * Grafana's transformations one after the other. Its type knows the fields that there are after each, so that none can
 * name a field that is not there.
 */
export class Pipeline<Field extends string> {
  constructor(readonly steps: readonly DataTransformerConfig[]) {}

  /** These fields alone. */
  keep<Kept extends Field>(...names: Kept[]): Pipeline<Kept> {
    return this.then('filterFieldsByName', { include: { names } });
  }

  /** A row for each combination of the fields `by`, with what `of` makes of others. */
  groupBy<By extends Field, Of extends Reducers<Field>>(by: readonly By[], of: Of): Pipeline<By | Reduced<Of>> {
    const keys = by.map((field) => [field, { operation: 'groupby', aggregations: [] }] as const);
    const reduced = Object.entries(of as Record<string, Reducer>).map(
      ([field, reducer]) => [field, { operation: 'aggregate', aggregations: [reducer] }] as const
    );
    return this.then('groupBy', { fields: Object.fromEntries<object>([...keys, ...reduced]) });
  }

  /** A field that is made of two others, or of one and a number. */
  calculate<Made extends string>(
    made: Made,
    left: Field,
    operator: Operator,
    right: Field | number
  ): Pipeline<Field | Made> {
    const binary = { left: operand(left), operator, right: operand(right) };
    return this.then('calculateField', { mode: 'binary', alias: made, replaceFields: false, binary });
  }

  /** The sum, or the largest, of these fields in each row. */
  across<Made extends string>(made: Made, reducer: 'sum' | 'max', include: Field[]): Pipeline<Field | Made> {
    return this.then('calculateField', {
      mode: 'reduceRow',
      alias: made,
      replaceFields: false,
      reduce: { reducer, include },
    });
  }

  /** The size class of a field: 3 for thousands, 6 for millions. */
  magnitude<Made extends string>(made: Made, of: Field): Pipeline<Field | Made> {
    const logarithm = { mode: 'unary', alias: `ln ${made}`, replaceFields: false };
    return this.then<Field | `ln ${Made}`>('calculateField', { ...logarithm, unary: { operator: 'ln', fieldName: of } })
      .calculate(`log ${made}`, `ln ${made}`, '/', Math.LN10)
      .then<Field | Made>('calculateField', {
        mode: 'unary',
        alias: made,
        replaceFields: false,
        unary: { operator: 'floor', fieldName: `log ${made}` },
      });
  }

  /**
   * By how much a counter has grown since the row before, times `factor`; 0 where it is less, because counters begin anew.
   * Grafana has no such calculation: the mean of a value and the one before it lies half a step below the value.
   */
  growth<Made extends string>(made: Made, of: Field, factor: number): Pipeline<Field | Made> {
    const window = { reducer: 'mean', windowAlignment: 'trailing', windowSizeMode: 'fixed', windowSize: 2, field: of };
    return this.then<Field | `mean ${Made}`>('calculateField', {
      mode: 'windowFunctions',
      alias: `mean ${made}`,
      replaceFields: false,
      window,
    })
      .calculate(`half ${made}`, of, '-', `mean ${made}`)
      .calculate(`none ${made}`, of, '*', 0)
      .across(`grown ${made}`, 'max', [`half ${made}`, `none ${made}`])
      .calculate(made, `grown ${made}`, '*', 2 * factor)
      .forget<Field | Made>();
  }

  /** By one field; rows of which it is the same keep their order. */
  sortBy(field: Field, order: 'ascending' | 'descending'): Pipeline<Field> {
    return this.then('sortBy', { fields: {}, sort: [{ field, ...(order === 'descending' && { desc: true }) }] });
  }

  /** The place of each row among those that have come. */
  number<Made extends string>(made: Made): Pipeline<Field | Made> {
    return this.then('calculateField', {
      mode: 'index',
      alias: made,
      replaceFields: false,
      index: { asPercentile: false },
    });
  }

  /** The rows whose field meets the condition. */
  where(fieldName: Field, condition: Condition): Pipeline<Field> {
    const { is, ...options } = condition;
    return this.then('filterByValue', {
      type: 'include',
      match: 'all',
      filters: [{ fieldName, config: { id: is, options } }],
    });
  }

  /** So many rows at most. */
  limit(rows: number): Pipeline<Field> {
    return this.then('limit', { limitField: String(rows) });
  }

  /** A field for each value of one, by the values of another, as lines of a graph are. Their names are known later. */
  matrix(row: Field, column: Field, value: Field): Pipeline<string> {
    return this.then('groupingToMatrix', {
      rowField: row,
      columnField: column,
      valueField: value,
      emptyValue: 'null',
    });
  }

  /** Fields under the names that a reader sees, in this order. */
  named(titles: Partial<Record<Field, string>>): Pipeline<string> {
    return new Pipeline([...this.steps, ...naming(titles)]);
  }

  /** The same for the answer to one of several queries. */
  namedOf(refId: string, titles: Partial<Record<Field, string>>): Pipeline<Field> {
    const filter = { id: 'byRefId', options: refId };
    return new Pipeline([...this.steps, ...naming(titles).map((step) => ({ ...step, filter }))]);
  }

  /** Steps on the way need no names in the type. */
  private forget<Known extends string>(): Pipeline<Known> {
    return new Pipeline(this.steps);
  }

  private then<Next extends string>(id: string, options: object): Pipeline<Next> {
    return new Pipeline([...this.steps, { id, options }]);
  }
}

function naming(titles: Partial<Record<string, string>>): DataTransformerConfig[] {
  const names = Object.keys(titles);
  const indexByName = Object.fromEntries(names.map((name, place) => [name, place]));
  return [
    { id: 'filterFieldsByName', options: { include: { names } } },
    { id: 'organize', options: { excludeByName: {}, indexByName, renameByName: titles } },
  ];
}

function operand(value: string | number): object {
  return typeof value === 'number' ? { fixed: String(value) } : { matcher: { id: 'byName', options: value } };
}
