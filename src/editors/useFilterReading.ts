import { toDataQueryError } from '@grafana/runtime';
import { useEffect, useState } from 'react';

import type { FilterReading } from '../query/filterReading';

/** How long nothing is typed before the back end is asked, ms. */
const PAUSE = 300;

type Read = (filter: string) => Promise<FilterReading>;

interface Settled {
  reading: FilterReading;
  /** It is about what was in the field before. */
  isOld: boolean;
}

/**
 * What the back end makes of a filter, asked for when its text has stood still for {@link PAUSE}, again for each identity
 * of `read`. Undefined for an empty filter, of which nobody needs to ask, and until the first answer.
 */
export function useFilterReading(read: Read, filter: string): Settled | undefined {
  const [settled, setSettled] = useState<{ read: Read; filter: string; reading: FilterReading }>();
  const isEmpty = filter.trim() === '';
  useEffect(() => {
    if (isEmpty) {
      return;
    }
    let isCurrent = true;
    const settle = (reading: FilterReading) => {
      if (isCurrent) {
        setSettled({ read, filter, reading });
      }
    };
    const timer = setTimeout(() => {
      read(filter).then(settle, (error: unknown) => {
        settle({ state: 'unknown', reason: toDataQueryError(error).message ?? 'the back end gave no reason' });
      });
    }, PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [read, filter, isEmpty]);
  if (isEmpty || settled === undefined) {
    return undefined;
  }
  return { reading: settled.reading, isOld: settled.filter !== filter || settled.read !== read };
}
