import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import type { Variable } from './model';

export type VariableReplacer = Pick<TemplateSrv, 'replace'>;

export type VariableValue = string | number | boolean | Array<string | number | boolean>;

/** How the value of a variable is written, whose name may be known. */
type WriteValue = (value: VariableValue, variable?: { name?: string }) => string;

/** A template variable of Grafana's, in any of its spellings. */
export const VARIABLE = /\$\{[^}]*\}|\$\w+|\[\[\w+(?::\w+)?\]\]/gu;

/** Whether a text is one variable and nothing else, as in `$name` or `${name}`. */
export function isVariable(text: string): text is Variable {
  return /^\$(?:\{[^}]+\}|\w+)$/u.test(text);
}

/** A variable with a format, as in `${name:csv}`, `${name.path:raw}` or `[[name:pipe]]`: what is before it, and its end. */
const FORMATTED = /(\$\{\w+(?:\.[^:}]+)?):[^}]*(\})|(\[\[\w+):\w+(\]\])/gu;

/**
 * A text with the values of its variables, each as `write` has it. A format in the text would go before that, and put in
 * what nobody looked at: it is left out.
 */
export function replaceVariables(
  text: string,
  templates: VariableReplacer,
  scopedVars: ScopedVars,
  write: WriteValue
): string {
  return templates.replace(text.replace(FORMATTED, '$1$2$3$4'), scopedVars, write);
}
