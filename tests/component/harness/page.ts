import type { XdpQuery } from '../../../src/query/model';
import type { XdpVariableQuery } from '../../../src/query/variableQuery';
import type { XdpSettings } from '../../../src/settings/model';

export type ThemeName = 'light' | 'dark';

/** Which editor the page is to show, and with what. It stands in the page's address. */
export type PageOf =
  | { editor: 'query'; theme: ThemeName; query: Partial<XdpQuery> }
  | { editor: 'variable'; theme: ThemeName; query: XdpVariableQuery | string }
  | { editor: 'config'; theme: ThemeName; jsonData: XdpSettings; readOnly: boolean };

/** What the editor of the page has done since it was opened. */
export interface Deeds {
  /** The query after each change. */
  queries: XdpQuery[];
  /** A variable's query after each change. */
  variableQueries: XdpVariableQuery[];
  /** The query each time that it was to run. */
  runs: XdpQuery[];
  /** The settings after each change. */
  settings: XdpSettings[];
}

const PARAMETER = 'page';

export function addressOf(page: PageOf): string {
  return `/?${new URLSearchParams({ [PARAMETER]: JSON.stringify(page) }).toString()}`;
}

export function pageAt(search: string): PageOf {
  return JSON.parse(new URLSearchParams(search).get(PARAMETER) ?? '') as PageOf;
}
