import { useCallback, useEffect, useRef, useState } from 'react';

import { figure } from '../locale/figures';
import { t } from '../locale/t';
import type { Suggestion, Vocabulary } from '../query/completion';
import { SEEN_WHATS, type SeenValue, type SeenWhat } from '../resources/seen';

/** How long a list is as good as new, ms. */
const FRESH = 15_000;

/** Of each list at most. */
const MOST = 200;

type List = (what: SeenWhat) => Promise<SeenValue[]>;

type Seen = Vocabulary['seen'];

const NOTHING: Seen = { hosts: [], ports: [], vlans: [], protocols: [] };

/**
 * What was seen of hosts, ports, VLANs and protocols, for suggestions. `refresh` asks for it, which is for the moment
 * when somebody begins to type; what cannot be listed is not suggested. Of another `list` nothing is known yet.
 */
export function useSeen(list: List): { seen: Seen; refresh: () => void } {
  const [seen, setSeen] = useState(NOTHING);
  const asked = useRef(-Infinity);
  const current = useRef(list);
  useEffect(() => {
    if (current.current !== list) {
      current.current = list;
      asked.current = -Infinity;
      setSeen(NOTHING);
    }
  }, [list]);
  const refresh = useCallback(() => {
    const now = Date.now();
    if (now - asked.current < FRESH) {
      return;
    }
    asked.current = now;
    for (const what of SEEN_WHATS) {
      list(what).then(
        (values) => {
          if (list === current.current) {
            setSeen((before) => ({ ...before, [what]: suggestionsOf(values.slice(0, MOST)) }));
          }
        },
        // There are no suggestions then, or those of before.
        () => undefined
      );
    }
  }, [list]);
  return { seen, refresh };
}

/** Each value; and where a host has several addresses, before the first of them all of them by its name. */
function suggestionsOf(values: readonly SeenValue[]): Suggestion[] {
  const byName = new Map<string | undefined, SeenValue[]>();
  for (const one of values) {
    byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  }
  return values.flatMap((one) => {
    const all = byName.get(one.name) ?? [];
    const isFirst = one.name !== undefined && all.length > 1 && all[0] === one;
    return isFirst ? [suggestionOfAll(one.name ?? '', all), suggestionOf(one)] : [suggestionOf(one)];
  });
}

function suggestionOfAll(name: string, all: readonly SeenValue[]): Suggestion {
  const meaning = t('suggestion.addresses', '{{name}}; all its addresses', { name });
  return { text: `{${all.map(({ value }) => value).join(',')}}`, name, meaning };
}

function suggestionOf({ value, packets, name }: SeenValue): Suggestion {
  const meaning = t('suggestion.seen', 'seen, {{figure}} packets', {
    count: packets,
    figure: figure(packets),
    defaultValue_one: 'seen, {{figure}} packet',
  });
  return name === undefined ? { text: value, meaning } : { text: value, name, meaning: `${name}; ${meaning}` };
}
