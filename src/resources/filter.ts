/** A filter that can be asked for, as the resource `filter` tells it. */
export interface FilterMeaning {
  canonical: string;
  /** In plain words, without capital and full stop: `packets to or from TCP port 443 (https)`. */
  meaning: string;
  /** Alternatives that the kernel decides by. */
  terms: number;
  /** Why no packet can match it, without capital and full stop; undefined: one can. */
  contradiction?: string;
}

/** What is wrong with a filter, and where. */
export interface FilterFault {
  /** Characters (Unicode code points), from 1. */
  column: number;
  /** Characters; 0 at the end of the text. */
  length: number;
  word: string;
  message: string;
  /** What may have been meant, what is most likely at the front; undefined: nothing is known. */
  suggestions?: FilterSuggestion[];
}

/** A change of a filter's text. */
export interface FilterSuggestion {
  /** Where what it replaces begins: characters (Unicode code points), from 1. */
  column: number;
  /** Characters that it replaces. */
  length: number;
  /** What stands there instead. */
  text: string;
}

/** What a part of a text is: see `Class` in `pkg/filter/src/reading/parts.rs`. */
export type TokenClass = 'operator' | 'keyword' | 'value' | 'variable' | 'unknown';

/** A part of a text. There is white space between them, and nothing else. */
export interface FilterToken {
  /** Characters in front of it. */
  start: number;
  length: number;
  class: TokenClass;
}

/** What a value is of, as far as there are some to choose from. */
export type ValueKind = 'address' | 'service' | 'ip-protocol' | 'ethertype' | 'vlan' | 'code-point' | 'number';

/** What could stand at the cursor. */
export interface FilterExpected {
  /** The word there: characters in front of it. */
  start: number;
  length: number;
  /** Whether what of it is in front of the cursor can stand there as it is. */
  whole: boolean;
  /** What is most likely meant is at the front. */
  kinds: Array<'word' | ValueKind>;
  /** Those of the kind `word`. */
  words: string[];
}

/** Something of a packet that menus ask for: see `MenuField` in `pkg/filter/src/reading/menus.rs`. */
export type FieldName =
  | 'host'
  | 'source-host'
  | 'destination-host'
  | 'net'
  | 'port'
  | 'source-port'
  | 'destination-port'
  | 'tcp-port'
  | 'udp-port'
  | 'protocol'
  | 'vlan'
  | 'ttl'
  | 'dscp'
  | 'tcp-flag'
  | 'ethertype'
  | 'mac'
  | 'source-mac'
  | 'destination-mac'
  | 'cast'
  | 'direction'
  | 'length';

/** How menus ask for it: see `Asks` there. */
export type Operator =
  'is' | 'is-not' | 'less' | 'greater' | 'at-most' | 'at-least' | 'present' | 'absent' | 'set' | 'not-set';

/** What is asked of a packet. Of several values any will do, or with an operator that denies, none. */
export interface Condition {
  field: FieldName;
  operator: Operator;
  values: string[];
}

/** What menus can show of a filter: conditions, of which all or any are to hold. */
export interface Conditions {
  joint: Joint;
  conditions: Condition[];
}

export type Joint = 'and' | 'or';

/** What an editor shows of the text that a filter was typed as. */
export interface FilterShape {
  tokens: FilterToken[];
  /** Null where nothing can be said, as in the name of a variable, and where no cursor was named. */
  expected: FilterExpected | null;
  /** What menus show of it, or why they show nothing: a clause without a capital and a full stop. */
  conditions: Conditions | { beyond: string };
}

export interface FilterQuestion {
  /** With the values of variables in place. */
  filter: string;
  kind?: string;
  groupBy?: string;
  /** The same as it was typed. */
  typed: string;
  /** Characters of that in front of the cursor. */
  cursor?: number;
}

export type FilterAnswer = (FilterMeaning | { error: FilterFault }) & FilterShape;

/** A word of the filter language, as the resource `filter/words` tells it. */
export interface FilterWord {
  text: string;
  kind: 'keyword' | 'protocol' | 'ethertype' | 'service' | 'code-point' | 'number';
  meaning: string;
}

export interface FilterWordsResponse {
  /** The most used first. */
  words: FilterWord[];
}
