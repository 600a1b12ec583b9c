import { useCallback, useState } from 'react';

import { t } from '../../locale/t';
import { useLoaded, type Loaded } from '../useLoaded';

/** What `load` brings of a saved data source, again after each save (`version`), and whenever it is asked for. */
export function useRepeated<T>(
  load: (dataSourceUid: string) => Promise<T>,
  dataSourceUid: string,
  version: number | undefined
): [Loaded<T>, () => void] {
  const [times, setTimes] = useState(0);
  const again = useCallback(
    () =>
      dataSourceUid === ''
        ? Promise.reject(new Error(t('config.not-saved', 'save the data source first')))
        : load(dataSourceUid),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- each of them is a reason to ask again
    [load, dataSourceUid, version, times]
  );
  const ask = useCallback(() => {
    setTimes((before) => before + 1);
  }, []);
  return [useLoaded(again), ask];
}
