/** Stands where a variable stood; no filter has such characters. */
export function marker(variable: number): string {
  return `\u0001${variable}\u0002`;
}

/** Characters that nobody types. */
const MARKER = /\u0001(\d+)\u0002/g;

/** What stands for all values where Grafana puts the text of "Custom all value" in by itself. */
const EVERYTHING = '.*';

/** After these, a list of values may stand: `host (a or b)`. */
const TAKES_LIST = ['host', 'net', 'port', 'portrange', 'proto', 'protochain', 'ttl', 'dscp', 'src', 'dst'];

const SIDES = /^(?:src|dst)\s+(?:or|and)\s+(?:src|dst)\b/;
const CONNECTIVE = /^(?:and|or)(?![^\s()!])|^&&|^\|\|/;
const NOT = /^not(?![^\s()!])|^!(?!=)/;
const WORD = /^(?:(?!&&|\|\|)[^\s()!]|!=)+/;

/** Conditions between connectives: `tcp and (port 80 or 443)`. */
interface Conditions {
  conditions: Condition[];
  /** One less than there are conditions. */
  connectives: string[];
}

interface Condition {
  nots: string[];
  parts: Array<string | Conditions>;
}

/** A piece of text, and whether it is a list in parentheses already. */
interface Written {
  text: string;
  isList: boolean;
}

/** A part of a condition as it may be written, once for each combination of values. */
type Alternatives = string[];

/**
 * A filter in which {@link marker}s are replaced by the values of their variables. Where there are several, any of them
 * will do; where there is none, the condition is left out, with what connects it to the one before.
 */
export function filterWith(text: string, values: string[][]): string {
  const hasNothingToReplace = values.length === 0 && !text.includes(EVERYTHING);
  if (hasNothingToReplace) {
    return text;
  }
  const reader = new Reader(text);
  const conditions = reader.conditions();
  if (reader.isDone()) {
    return write(conditions, values)?.text ?? '';
  }
  // What is no filter stays none: the back end says where its fault is.
  return text.replace(MARKER, (_, variable) => (values[Number(variable)] ?? []).join(' or '));
}

/** Reads no more of the language than where conditions begin and end. */
class Reader {
  /** Whether a condition is missing somewhere. */
  private isFaulty = false;

  constructor(private rest: string) {
    this.rest = rest.trimStart();
  }

  /** Whether all has been read, and was complete. */
  isDone(): boolean {
    return this.rest === '' && !this.isFaulty;
  }

  conditions(): Conditions {
    const conditions = [this.condition()];
    const connectives: string[] = [];
    for (let connective = this.take(CONNECTIVE); connective !== undefined; connective = this.take(CONNECTIVE)) {
      connectives.push(connective);
      conditions.push(this.condition());
    }
    return { conditions, connectives };
  }

  private condition(): Condition {
    const nots: string[] = [];
    for (let not = this.take(NOT); not !== undefined; not = this.take(NOT)) {
      nots.push(not);
    }
    const parts: Condition['parts'] = [];
    for (let part = this.part(); part !== undefined; part = this.part()) {
      parts.push(part);
    }
    this.isFaulty ||= parts.length === 0;
    return { nots, parts };
  }

  private part(): string | Conditions | undefined {
    const before = this.rest;
    if (this.take(/^\(/) !== undefined) {
      const inner = this.conditions();
      if (this.take(/^\)/) !== undefined) {
        return inner;
      }
      this.rest = before;
      return undefined;
    }
    return CONNECTIVE.test(this.rest) ? undefined : (this.take(SIDES) ?? this.take(WORD));
  }

  private take(pattern: RegExp): string | undefined {
    const [taken] = pattern.exec(this.rest) ?? [];
    if (taken !== undefined) {
      this.rest = this.rest.slice(taken.length).trimStart();
    }
    return taken;
  }
}

function write({ conditions, connectives }: Conditions, values: string[][]): Written | undefined {
  let all: Written | undefined;
  conditions.forEach((condition, index) => {
    const written = writeCondition(condition, values);
    if (all === undefined || written === undefined) {
      all = all ?? written;
    } else {
      all = { text: `${all.text} ${connectives[index - 1] ?? 'and'} ${written.text}`, isList: false };
    }
  });
  return all;
}

function writeCondition({ nots, parts }: Condition, values: string[][]): Written | undefined {
  const written = parts.map((part) =>
    typeof part === 'string' ? alternativesOf(part, values) : writeGroup(part, values)
  );
  const combined = combinations(written);
  if (combined.length === 0) {
    return undefined;
  }
  const last = written.at(-1) ?? [];
  const text =
    combined.length === last.length && combined.length > 1 && takesList(parts)
      ? [...written.slice(0, -1).flat(), `(${last.join(' or ')})`].join(' ')
      : combined.length > 1
        ? `(${combined.join(parts.includes('!=') ? ' and ' : ' or ')})`
        : combined.join('');
  const isList = nots.length === 0 && parts.length === 1 && (combined.length > 1 || typeof parts[0] !== 'string');
  return { text: [...nots, text].join(' '), isList };
}

function takesList(parts: Condition['parts']): boolean {
  const head = parts.at(-2);
  return typeof head === 'string' && (TAKES_LIST.includes(head) || SIDES.test(head));
}

function writeGroup(group: Conditions, values: string[][]): Alternatives {
  const written = write(group, values);
  const isOnlyList = written?.isList === true && typeof group.conditions[0]?.parts[0] === 'string';
  return written === undefined ? [] : [isOnlyList ? written.text : `(${written.text})`];
}

/** A word, once for each combination of values that it is made with. */
function alternativesOf(word: string, values: string[][]): Alternatives {
  if (word === EVERYTHING) {
    return [];
  }
  const variables = [...word.matchAll(MARKER)].map(([, variable]) => Number(variable));
  return variables.reduce<string[]>(
    (texts, variable) =>
      texts.flatMap((text) => (values[variable] ?? []).map((value) => text.replace(marker(variable), () => value))),
    [word]
  );
}

function combinations(parts: Alternatives[]): string[] {
  return parts.reduce<string[]>(
    (texts, alternatives) =>
      texts.flatMap((text) => alternatives.map((part) => (text === '' ? part : `${text} ${part}`))),
    ['']
  );
}
