import { useCallback, useMemo } from 'react';

import { t } from '../locale/t';
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
  const known = interfaces.state === 'loaded' ? interfaces.value : undefined;
  const inForce = watched.length > 0 ? watched : (known ?? []).filter((each) => each.default).map(({ name }) => name);
  // The list is another one after each edit of the query, also where it says the same.
  const names = JSON.stringify(inForce);
  const { seen, refresh } = useSeen(
    useCallback(
      async (what) => {
        const here = await datasource.listSeen(what, JSON.parse(names) as string[]);
        // Flows do not say on which interface they were seen.
        return here.length > 0 ? here : datasource.listSeen(what, []);
      },
      [datasource, names]
    )
  );
  const words = listed.state === 'loaded' ? listed.value : NO_WORDS;
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
  return [...owners].map(([text, names]) => ({
    text,
    meaning: t('suggestion.address', 'address of {{names}}', { names: names.join(', ') }),
  }));
}
