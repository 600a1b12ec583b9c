import { toDataQueryError } from '@grafana/runtime';
import { useEffect, useState } from 'react';

export type Loaded<T> = { state: 'loading' } | { state: 'loaded'; value: T } | { state: 'failed'; reason: string };

/** What `load` brings, asked for once for each identity of `load`: give a function that stays the same. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  useEffect(() => {
    let isCurrent = true;
    const settle = (outcome: Loaded<T>) => {
      if (isCurrent) {
        setLoaded(outcome);
      }
    };
    load().then(
      (value) => {
        settle({ state: 'loaded', value });
      },
      (error: unknown) => {
        settle({ state: 'failed', reason: toDataQueryError(error).message ?? 'the back end gave no reason' });
      }
    );
    return () => {
      isCurrent = false;
    };
  }, [load]);
  return loaded;
}
