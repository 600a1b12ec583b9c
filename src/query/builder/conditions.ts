import { isWord } from '../filterVariables';
import { VARIABLE } from '../variables';

/** What stands between values where somebody types several. */
const BETWEEN = /[\s,]+/;

/** The values in what was typed, each once: `80, 443` or `80 or 443`. */
export function valuesIn(typed: string): string[] {
  const values = typed.split(BETWEEN).filter((value) => value !== '' && value !== 'or');
  return [...new Set(values)];
}

/** The value at the cursor of what was typed, which may be empty. */
export function valueAt(typed: string, cursor: number): { start: number; end: number } {
  const before = typed.slice(0, cursor).split(BETWEEN).at(-1) ?? '';
  const [behind = ''] = typed.slice(cursor).split(BETWEEN);
  return { start: cursor - before.length, end: cursor + behind.length };
}

/** Whether a text can stand as one value without becoming more than that, once its variables have values. */
export function isValue(text: string): boolean {
  return isWord(text.replace(VARIABLE, '0').replace(/^\\/, ''));
}
