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
