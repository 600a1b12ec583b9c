/** What values to choose from can be had of. */
export const SEEN_WHATS = ['hosts', 'ports', 'vlans', 'protocols'] as const;

export type SeenWhat = (typeof SEEN_WHATS)[number];

export interface SeenValue {
  value: string;
  packets: number;
}

/** Values in packets that panels were sent lately, the most frequent first. */
export interface SeenResponse {
  values: SeenValue[];
}

/** What a query variable lists. */
export type VariableQuery = { list: 'interfaces' } | { list: SeenWhat; interfaces: string };

const VARIABLE_QUERY = /^(\w+)\s*(?:\(([^()]*)\))?$/;

/** Reads the text of a query variable, such as `hosts(eth0)`; `interfaces` is what an empty one means. */
export function readVariableQuery(text: string): VariableQuery {
  const [, name = '', interfaces] = VARIABLE_QUERY.exec(text.trim()) ?? [];
  const list = SEEN_WHATS.find((what) => what === name);
  if (list !== undefined) {
    return { list, interfaces: interfaces ?? '' };
  }
  if (text.trim() === '' || (name === 'interfaces' && interfaces === undefined)) {
    return { list: 'interfaces' };
  }
  throw new Error(
    `XDP Live cannot list "${text.trim()}" for a variable. Write interfaces, ${SEEN_WHATS.join(', ')}, or one of the last four with interfaces, such as hosts(eth0) or hosts($interface).`
  );
}
