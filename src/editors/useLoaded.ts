import { toDataQueryError } from '@grafana/runtime';
import { useEffect, useState } from 'react';

import { t } from '../locale/t';

export type Loaded<T> = { state: 'loading' } | { state: 'loaded'; value: T } | { state: 'failed'; reason: string };

type Load<T> = () => Promise<T>;

/** What `load` brings, asked for once for each identity of `load`: give a function that stays the same. */
export function useLoaded<T>(load: Load<T>): Loaded<T> {
  const [settled, setSettled] = useState<{ load: Load<T>; outcome: Loaded<T> }>();
  useEffect(() => {
    let isCurrent = true;
    const settle = (outcome: Loaded<T>) => {
      if (isCurrent) {
        setSettled({ load, outcome });
      }
    };
    load().then(
      (value) => {
        settle({ state: 'loaded', value });
      },
      (error: unknown) => {
        settle({
          state: 'failed',
          reason: toDataQueryError(error).message ?? t('loaded.no-reason', 'the back end gave no reason'),
        });
      }
    );
    return () => {
      isCurrent = false;
    };
  }, [load]);
  // What another function brought says nothing of this one.
  return settled?.load === load ? settled.outcome : { state: 'loading' };
}
