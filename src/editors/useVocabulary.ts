import { useCallback, useMemo } from 'react';

import type { XdpDataSource } from '../datasource/XdpDataSource';
import type { Suggestion, Vocabulary } from '../query/completion';
import type { FilterWord } from '../resources/filter';
import type { NetworkInterface } from '../resources/interfaces';

import { useLoaded, type Loaded } from './useLoaded';
import { useSeen } from './useSeen';

const NO_WORDS: FilterWord[] = [];

interface Listed {
  vocabulary: Vocabulary;
  /** Asks for what was seen, unless that was lately. */
  refresh: () => void;
}

/**
 * What a filter of packets of the `watched` interfaces can be made of. What cannot be listed is not suggested, and can
 * still be typed.
 */
export function useVocabulary(
  datasource: XdpDataSource,
  interfaces: Loaded<NetworkInterface[]>,
  watched: readonly string[]
): Listed {
  const listed = useLoaded(useCallback(() => datasource.listFilterWords(), [datasource]));
  // The list is another one after each edit of the query, also where it says the same.
  const names = JSON.stringify(watched);
  const { seen, refresh } = useSeen(
    useCallback((what) => datasource.listSeen(what, JSON.parse(names) as string[]), [datasource, names])
  );
  const words = listed.state === 'loaded' ? listed.value : NO_WORDS;
  const known = interfaces.state === 'loaded' ? interfaces.value : undefined;
  const vocabulary = useMemo(() => ({ words, addresses: addressesOf(known ?? []), seen }), [words, known, seen]);
  return { vocabulary, refresh };
}

/** Each address once, with the interfaces that have it. */
export function addressesOf(interfaces: NetworkInterface[]): Suggestion[] {
  const owners = new Map<string, string[]>();
  for (const { name, addresses } of interfaces) {
    for (const address of addresses.map((network) => network.replace(/\/\d+$/, ''))) {
      owners.set(address, [...(owners.get(address) ?? []), name]);
    }
  }
  return [...owners].map(([text, names]) => ({ text, meaning: `address of ${names.join(', ')}` }));
}
