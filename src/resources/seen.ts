/** What values to choose from can be had of. */
export const SEEN_WHATS = ['hosts', 'ports', 'vlans', 'protocols'] as const;

export type SeenWhat = (typeof SEEN_WHATS)[number];

export interface SeenValue {
  value: string;
  packets: number;
  /** Of a host whose name is known. */
  name?: string;
}

/** As a person chooses it: by name, too, where there is one. What is chosen is the value. */
export function labelOfSeen({ value, name }: SeenValue): string {
  return name === undefined ? value : `${name} (${value})`;
}

/** Values in packets that panels were sent lately, the most frequent first. */
export interface SeenResponse {
  values: SeenValue[];
}
