import type { ScopedVars } from '@grafana/data';

import { t } from '../locale/t';

import { replaceVariables, VARIABLE, type VariableReplacer, type VariableValue } from './variables';

/** What a name, a number, an address or a network is written with: one word, which makes no condition of its own. */
const WORD = /^[\w.:/-]+$/;

/** Words that do make one. */
const CONNECTING: readonly string[] = ['and', 'or', 'not'];

/** What ends a filter in braces. */
const BRACES = /[{}]/;

/** A variable and nothing else. */
const WHOLE = new RegExp(`^(?:${VARIABLE.source})$`, 'u');

/** What stands for all values: Grafana's own word, and what people write into "Custom all value". */
const EVERYTHING = ['$__all', '*', '.*'];

interface Found {
  /** The filter with the values of its variables. */
  text: string;
  fault?: string;
}

/** Why the filter cannot take the value that one of its variables has; undefined where it can take them all. */
export function filterFault(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): string | undefined {
  return variablesOf(filter, templates, scopedVars).fault;
}

/**
 * The filter with the values of its variables. In braces they stay what they are, whatever is in them: several are a list,
 * as in `host {a,b}`; none is an empty one, by which the back end leaves the condition out; and one that is more than a
 * word is a filter of its own, which the back end takes for a condition and nothing else. A filter with a fault stays as it
 * is: the back end refuses it at the first variable.
 */
export function expandFilter(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): string {
  const { text, fault } = variablesOf(filter, templates, scopedVars);
  return fault === undefined ? text : filter;
}

function variablesOf(filter: string, templates: VariableReplacer, scopedVars: ScopedVars): Found {
  const isWhole = WHOLE.test(filter.trim());
  let fault: string | undefined;
  const text = replaceVariables(filter, templates, scopedVars, (value, variable) => {
    const values = valuesOf(value);
    const [only = ''] = values;
    // A value that is all there is, such as that of a text box, is the filter.
    if (values.length < 2 && isWhole) {
      return only;
    }
    const isFilter = values.length === 1 && !BRACES.test(only);
    const wrong = isFilter ? undefined : values.find((each) => !isWord(each));
    fault ??= wrong === undefined ? undefined : faultOf(wrong, variable?.name);
    return values.length === 1 && isWord(only) ? only : `{${values.join(',')}}`;
  });
  return fault === undefined ? { text } : { text, fault };
}

/** Whether a text can stand as a value within a filter without becoming more than that. */
export function isWord(text: string): boolean {
  return WORD.test(text) && !CONNECTING.includes(text.toLowerCase());
}

function faultOf(value: string, name: string | undefined): string {
  const variable =
    name === undefined
      ? t('filter-variable.unnamed', 'a variable')
      : t('filter-variable.named', 'the variable "{{name}}"', { name });
  return t(
    'filter-variable.fault',
    'filter: "{{value}}" is not allowed as the value of {{variable}}; within a filter it takes words of letters, digits and . : - _ /, and not and, or, not; or one filter without braces, where a condition can stand',
    { value, variable }
  );
}

function valuesOf(value: VariableValue): string[] {
  const values = [value].flat().map((each) => String(each).trim());
  return values.some((each) => EVERYTHING.includes(each)) ? [] : [...new Set(values.filter((each) => each !== ''))];
}
