import { useSyncExternalStore } from 'react';

import type { ToldContext } from './toldContext';

interface Props {
  told: ToldContext;
  /** The line's name in Grafana. */
  line: string;
}

/** Tells of which packets the context of a line is made. */
export function LineContextSource({ told, line }: Props) {
  const text = useSyncExternalStore(told.subscribe, () => told.of(line));
  return <p role="status">{text}</p>;
}
