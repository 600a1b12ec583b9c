import type { Condition, Conditions } from '../../resources/filter';

import { fieldNamed, OPERATORS, PORT_RANGE, PROTOCOL_WORDS } from './fields';

/** A filter, and where in it each of its conditions stands. */
export interface WrittenConditions {
  text: string;
  places: Array<{ start: number; end: number }>;
}

/** Whether nothing is missing of a condition. What is missing something is no part of a filter. */
export function isWhole({ operator, values }: Condition): boolean {
  return values.length > 0 || OPERATORS[operator].takesNoValue === true;
}

/** The filter that whole conditions make. */
export function writeConditions({ joint, conditions }: Conditions): WrittenConditions {
  let text = '';
  const places = conditions.map((condition) => {
    const start = text === '' ? 0 : text.length + joint.length + 2;
    text = (text === '' ? '' : `${text} ${joint} `) + writeCondition(condition);
    return { start, end: text.length };
  });
  return { text, places };
}

function writeCondition({ field, operator, values }: Condition): string {
  const { head = '' } = fieldNamed(field);
  const isDenied = operator === 'is-not' || operator === 'absent';
  const { sign = '=' } = OPERATORS[operator];
  const text = (): string => {
    switch (field) {
      case 'vlan':
        return operator === 'is' || operator === 'is-not' ? any(values.map((id) => `vlan ${id}`)) : 'vlan';
      case 'protocol':
        return any(values.map((name) => (PROTOCOL_WORDS.includes(name) ? name : `${head} ${name}`)));
      case 'tcp-flag':
        return `tcp[tcpflags] & ${flags(values)} ${sign} 0`;
      case 'ethertype':
        return list(
          head,
          values.map((name) => (/^[a-z]/i.test(name) ? `\\${name}` : name))
        );
      case 'port':
      case 'source-port':
      case 'destination-port':
      case 'tcp-port':
      case 'udp-port':
        return list(values.some((value) => PORT_RANGE.test(value)) ? `${head}range` : head, values);
      case 'cast':
      case 'direction':
        return any(values);
      case 'length':
        return any(values.map((value) => `len ${sign} ${value}`));
      default:
        return sign === '=' ? list(head, values) : any(values.map((value) => `${head} ${sign} ${value}`));
    }
  };
  return isDenied ? `not ${text()}` : text();
}

function any(alternatives: string[]): string {
  return alternatives.length === 1 ? alternatives.join('') : `(${alternatives.join(' or ')})`;
}

function list(head: string, values: string[]): string {
  return `${head} ${any(values)}`;
}

function flags(values: string[]): string {
  const names = values.map((name) => `tcp-${name}`);
  return names.length === 1 ? names.join('') : `(${names.join('|')})`;
}
