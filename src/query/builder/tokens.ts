import { VARIABLE } from '../variables';

const WORD = new RegExp(`(?:${VARIABLE.source}|[\\w.:\\\\/-])+`, 'y');
const SIGN = /&&|\|\||[!=<>]=|[^\s]/uy;

/** The words and signs of a filter; a variable is part of a word. */
export function tokensOf(filter: string): string[] {
  const tokens: string[] = [];
  for (let at = filter.search(/\S|$/); at < filter.length;) {
    WORD.lastIndex = at;
    SIGN.lastIndex = at;
    const token = (WORD.exec(filter) ?? SIGN.exec(filter))?.[0] ?? filter.slice(at);
    tokens.push(token);
    at += token.length;
    at += filter.slice(at).search(/\S|$/);
  }
  return tokens;
}
