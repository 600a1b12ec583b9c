/** A filter that can be asked for, as the resource `filter` tells it. */
export interface FilterMeaning {
  canonical: string;
  /** In plain words, without capital and full stop: `packets to or from TCP port 443 (https)`. */
  meaning: string;
  /** Alternatives that the kernel decides by. */
  terms: number;
}

/** What is wrong with a filter, and where. */
export interface FilterFault {
  /** Characters (Unicode code points), from 1. */
  column: number;
  /** Characters; 0 at the end of the text. */
  length: number;
  word: string;
  message: string;
}

export type FilterAnswer = FilterMeaning | { error: FilterFault };

/** A word of the filter language, as the resource `filter/words` tells it. */
export interface FilterWord {
  text: string;
  kind: 'keyword' | 'protocol' | 'service' | 'code-point' | 'number';
  meaning: string;
}

export interface FilterWordsResponse {
  /** The most used first. */
  words: FilterWord[];
}
