import { VARIABLE } from '../variables';

import { isValue, type Condition, type Conditions, type FieldName, type Operator } from './conditions';
import { fieldNamed, FIELDS, OPERATORS, PORT_RANGE, PROTOCOL_WORDS } from './fields';
import { tokensOf } from './tokens';

/** What stands in front of values. */
interface Head {
  field: FieldName;
  /** Whether ranges of ports stand behind it. */
  isRange: boolean;
}

/** All of them, in each spelling. Those of numbers are read by themselves: a comparison can stand there, too. */
const HEADS: ReadonlyMap<string, Head> = new Map(
  FIELDS.flatMap(({ name, head = '' }) => (head === '' || name === 'ttl' || name === 'dscp' ? [] : headsOf(name, head)))
);

function headsOf(field: FieldName, head: string): Array<[string, Head]> {
  const heads = [head, ...(/\b(?:src|dst) host$/.test(head) ? [head.replace(' host', '')] : [])];
  return heads
    .flatMap((text) => [text, text.replace(/^ether\b/, 'link')])
    .flatMap((text): Array<[string, Head]> => [
      [text, { field, isRange: false }],
      [text.replace(/port$/, 'portrange'), { field, isRange: text.endsWith('port') }],
    ]);
}
const MOST_WORDS = 3;

/** What is no value, though it is a word. */
const QUALIFIERS: readonly string[] = ['host', 'net', 'port', 'portrange', 'proto', 'protochain', 'src', 'dst'];

/** As deep as the back end reads parentheses. */
const MOST_DEPTH = 64;

/** Spellings of who all receive a packet. */
const CASTS: ReadonlyMap<string, string> = new Map([
  ...['broadcast', 'multicast', 'ip broadcast', 'ip multicast', 'ip6 multicast'].map((text) => [text, text] as const),
  ...['ether', 'link'].flatMap((word) => ['broadcast', 'multicast'].map((cast) => [`${word} ${cast}`, cast] as const)),
]);

const OPPOSITES: Partial<Record<Operator, Operator>> = { is: 'is-not', present: 'absent' };

/** Values of which can be said one by one what can be said of them together. */
const MERGED: readonly Operator[] = ['is', 'less', 'greater', 'at-most', 'at-least'];

/** Thrown where a filter says what menus cannot show. */
class Beyond extends Error {}

/**
 * The conditions that a filter consists of; undefined where it says more than menus can show. Written again they mean
 * the same, and a filter that the back end refuses is refused for the same reason.
 */
export function readConditions(filter: string): Conditions | undefined {
  const tokens = tokensOf(filter);
  if (tokens.filter((token) => token === '(').length > MOST_DEPTH) {
    return undefined;
  }
  try {
    return new Reader(tokens).all();
  } catch (error) {
    if (error instanceof Beyond) {
      return undefined;
    }
    throw error;
  }
}

class Reader {
  private at = 0;
  /** What a value without anything in front of it is of: `port 80 or 443`. */
  private recent: Head | undefined;

  constructor(private readonly tokens: readonly string[]) {}

  all(): Conditions {
    const read: Conditions = this.tokens.length === 0 ? { joint: 'and', conditions: [] } : this.chain();
    if (this.at < this.tokens.length) {
      throw new Beyond();
    }
    return read;
  }

  private chain(): Conditions {
    const conditions = [this.item()];
    let joint: Conditions['joint'] | undefined;
    for (let next = this.joint(); next !== undefined; next = this.joint()) {
      if (joint !== undefined && joint !== next) {
        throw new Beyond();
      }
      joint = next;
      conditions.push(this.item());
    }
    return { joint: joint ?? 'and', conditions };
  }

  private joint(): Conditions['joint'] | undefined {
    return this.take('and', '&&') ? 'and' : this.take('or', '||') ? 'or' : undefined;
  }

  private item(): Condition {
    const isDenied = this.take('not', '!');
    const condition = this.take('(') ? this.group() : this.condition();
    const operator = isDenied ? OPPOSITES[condition.operator] : condition.operator;
    if (operator === undefined) {
      throw new Beyond();
    }
    return { ...condition, operator };
  }

  /** Conditions in parentheses that come to one. */
  private group(): Condition {
    const { joint, conditions } = this.chain();
    this.want(')');
    const [first, ...others] = conditions;
    if (first === undefined) {
      throw new Beyond();
    }
    const { field, operator } = first;
    const areAlike = others.every((other) => other.field === field && other.operator === operator);
    const canMerge = joint === 'or' && MERGED.includes(operator) && 'suggested' in fieldNamed(field).values;
    if (others.length > 0 && !(areAlike && canMerge)) {
      throw new Beyond();
    }
    return { field, operator, values: [...new Set(conditions.flatMap(({ values }) => values))] };
  }

  private condition(): Condition {
    const cast = this.phrase(CASTS);
    if (cast !== undefined) {
      return { field: 'cast', operator: 'is', values: [cast] };
    }
    const word = this.peek();
    switch (word) {
      case 'inbound':
      case 'outbound':
        this.next();
        return { field: 'direction', operator: 'is', values: [word] };
      case 'vlan':
        this.next();
        return this.vlan();
      case 'less':
      case 'greater':
        this.next();
        return { field: 'length', operator: word === 'less' ? 'at-most' : 'at-least', values: [this.number()] };
      case 'len':
        this.next();
        return this.comparison('length');
      case 'ttl':
      case 'dscp':
        this.next();
        return /^[=!<>]/.test(this.peek()) ? this.comparison(word) : this.list({ field: word, isRange: false });
      case 'tcp':
        if (this.peek(1) === '[') {
          this.next();
          return this.flags();
        }
    }
    const head = this.phrase(HEADS);
    if (head !== undefined) {
      return this.list(head);
    }
    if (PROTOCOL_WORDS.includes(word)) {
      return { field: 'protocol', operator: 'is', values: [this.next()] };
    }
    // A variable may hold a whole condition.
    if (this.recent === undefined || word.search(VARIABLE) >= 0 || !isValue(word)) {
      throw new Beyond();
    }
    return this.list(this.recent);
  }

  private vlan(): Condition {
    const isNumbered = /^(?:\d|\$|\[\[)/.test(this.peek());
    return isNumbered
      ? { field: 'vlan', operator: 'is', values: [this.value()] }
      : { field: 'vlan', operator: 'present', values: [] };
  }

  private comparison(field: FieldName): Condition {
    const sign = this.next();
    const value = sign === '=' || sign === '==' ? this.number() : this.value();
    if (sign === '=' || sign === '==') {
      return { field, operator: 'is', values: [value] };
    }
    const operator = (['less', 'greater', 'at-most', 'at-least'] as const).find(
      (each) => OPERATORS[each].sign === sign
    );
    if (operator === undefined) {
      throw new Beyond();
    }
    return { field, operator, values: [value] };
  }

  /** `[tcpflags] & (tcp-syn|tcp-ack) != 0`. */
  private flags(): Condition {
    this.want('[');
    this.want('tcpflags', '13');
    this.want(']');
    this.want('&');
    const names: string[] = [];
    if (this.take('(')) {
      do {
        names.push(this.value());
      } while (this.take('|'));
      this.want(')');
    } else {
      names.push(this.value());
    }
    const operator = this.take('!=') ? 'set' : 'not-set';
    if (operator === 'not-set') {
      this.want('=', '==');
    }
    this.want('0');
    if (!names.every((name) => name.startsWith('tcp-'))) {
      throw new Beyond();
    }
    return { field: 'tcp-flag', operator, values: names.map((name) => name.slice('tcp-'.length)) };
  }

  private list(head: Head): Condition {
    this.recent = head;
    const { field, isRange } = head;
    const values = [...new Set(this.values())];
    const hasRange = values.some((value) => PORT_RANGE.test(value));
    const areNumbers = values.every((value) => /^\d+$/.test(value));
    const isOther = isRange ? !hasRange && !areNumbers : hasRange;
    const areNames = field === 'protocol' && values.some((value) => PROTOCOL_WORDS.includes(value));
    if (isOther || areNames) {
      throw new Beyond();
    }
    return { field, operator: 'is', values: field === 'ethertype' ? values.map(withoutBackslash) : values };
  }

  /** One, or several in parentheses. */
  private values(): string[] {
    if (!this.take('(')) {
      return [this.value()];
    }
    const values = this.values();
    while (this.take('or', '||')) {
      values.push(...this.values());
    }
    this.want(')');
    return values;
  }

  private value(): string {
    const word = this.next();
    if (!isValue(word) || QUALIFIERS.includes(word)) {
      throw new Beyond();
    }
    return word;
  }

  private number(): string {
    const word = this.value();
    if (!/^[\d$[]/.test(word)) {
      throw new Beyond();
    }
    return word;
  }

  /** What the next words stand for, as many of them as belong together. */
  private phrase<T>(known: ReadonlyMap<string, T>): T | undefined {
    for (let count = MOST_WORDS; count > 0; count -= 1) {
      const found = known.get(this.tokens.slice(this.at, this.at + count).join(' '));
      if (found !== undefined) {
        this.at += count;
        return found;
      }
    }
    return undefined;
  }

  private peek(ahead = 0): string {
    return this.tokens[this.at + ahead] ?? '';
  }

  private next(): string {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  private take(...tokens: string[]): boolean {
    const isThere = tokens.includes(this.peek());
    this.at += isThere ? 1 : 0;
    return isThere;
  }

  private want(...tokens: string[]): void {
    if (!this.take(...tokens)) {
      throw new Beyond();
    }
  }
}

/** Behind `ether proto`, a name has one, and without it there is none: there a name would be refused. */
function withoutBackslash(value: string): string {
  if (/^[a-z]/i.test(value)) {
    throw new Beyond();
  }
  return value.replace(/^\\/, '');
}
