import { isWord } from '../filterVariables';
import { VARIABLE } from '../variables';

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

/** What stands between values where somebody types several. */
const BETWEEN = /[\s,]+/;

/** The values in what was typed, each once: `80, 443` or `80 or 443`. */
export function valuesIn(typed: string): string[] {
  const values = typed.split(BETWEEN).filter((value) => value !== '' && value !== 'or');
  return [...new Set(values)];
}

/** Whether a text can stand as one value without becoming more than that, once its variables have values. */
export function isValue(text: string): boolean {
  return isWord(text.replace(VARIABLE, '0').replace(/^\\/, ''));
}
