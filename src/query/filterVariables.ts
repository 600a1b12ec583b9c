import type { ScopedVars } from '@grafana/data';

import { filterWith, marker } from './filterText';
import { replaceVariables, type VariableReplacer, type VariableValue } from './variables';

/** What a name, a number, an address or a network is written with: one word, which makes no condition of its own. */
const WORD = /^[\w.:/-]+$/;

/** Words that do make one. */
export const CONNECTING: readonly string[] = ['and', 'or', 'not'];

/** What stands for all values: Grafana's own word, and what people write into "Custom all value". */
const EVERYTHING = ['$__all', '*', '.*'];

interface Found {
  /** The filter with {@link marker}s where variables stand. */
  text: string;
  /** The values of each, in order; none where it restricts nothing. */
  values: string[][];
  fault?: string;
}

/** Why the filter cannot take the value that one of its variables has; undefined where it can take them all. */
export function filterFault(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): string | undefined {
  return variablesOf(filter, templates, scopedVars).fault;
}

/**
 * The filter with the values of its variables: several become a list, as in `host (a or b)`, and a condition on a
 * variable without a value is left out. A filter with a fault stays as it is: the back end refuses it at the first
 * variable.
 */
export function expandFilter(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): string {
  const { text, values, fault } = variablesOf(filter, templates, scopedVars);
  if (fault !== undefined) {
    return filter;
  }
  const [first = []] = values;
  return text.trim() === marker(0)
    ? first.length > 1
      ? `(${first.join(' or ')})`
      : first.join('')
    : filterWith(text, values);
}

function variablesOf(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): Found {
  if (filter === '') {
    return { text: filter, values: [] };
  }
  const values: string[][] = [];
  const names: Array<string | undefined> = [];
  const text = replaceVariables(filter, templates, scopedVars, (value, variable) => {
    names.push(variable?.name);
    return marker(values.push(valuesOf(value)) - 1);
  });
  const wrong = firstWrong(text, values);
  return wrong === undefined ? { text, values } : { text, values, fault: faultOf(wrong.value, names[wrong.variable]) };
}

function firstWrong(text: string, values: string[][]): { variable: number; value: string } | undefined {
  const all = values.flatMap((each, variable) => each.map((value) => ({ variable, value })));
  return all.find(({ value, variable }) => !isWord(value) && !isFilter(value, text, variable, values));
}

/**
 * Whether a value may be a filter and not a part of one, such as that of a text box: where it is all there is, and where a
 * condition in parentheses is nothing else, which it cannot leave.
 */
function isFilter(value: string, text: string, variable: number, values: string[][]): boolean {
  const isOnlyValue = values[variable]?.length === 1;
  const place = marker(variable);
  const isAll = text.trim() === place;
  return isOnlyValue && (isAll || (isCondition(text, place) && isBalanced(value)));
}

/** Whether there are parentheses around this place that are a condition: those of `host ($hosts)` hold a list. */
function isCondition(text: string, place: string): boolean {
  const [before = '', after = ''] = text.split(place);
  return /(^|!|&&|\|\||(^|[\s()])(and|or|not))\s*\(\s*$/.test(before) && /^\s*\)/.test(after);
}

/** Whether every parenthesis that is opened is closed, and none else. */
function isBalanced(filter: string): boolean {
  let open = 0;
  for (const character of filter) {
    open += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (open < 0) {
      return false;
    }
  }
  return open === 0;
}

/** Whether a text can stand as a value within a filter without becoming more than that. */
export function isWord(text: string): boolean {
  return WORD.test(text) && !CONNECTING.includes(text.toLowerCase());
}

function faultOf(value: string, name: string | undefined): string {
  const variable = name === undefined ? 'a variable' : `the variable "${name}"`;
  return `filter: "${value}" is not allowed as the value of ${variable}; within a filter a value is one word of letters, digits and . : - _ /, and not and, or, not`;
}

function valuesOf(value: VariableValue): string[] {
  const values = [value].flat().map((each) => String(each).trim());
  return values.some((each) => EVERYTHING.includes(each)) ? [] : [...new Set(values.filter((each) => each !== ''))];
}
