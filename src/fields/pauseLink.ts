import type { DataLink, DataLinkClickEvent } from '@grafana/data';

import { figure } from '../locale/figures';
import { t } from '../locale/t';
import type { Pause } from '../streaming/pause';

/**
 * Has the panel of a cell or a point stand still, or go on. A data source has no place in a panel of its own: a link is all
 * that it can have a reader click.
 */
export function pauseLink(pause: Pause): DataLink {
  return {
    // A link of its own for each title would be another field to Grafana, which makes the panel anew.
    get title() {
      return titleOf(pause);
    },
    url: '',
    onClick: (event: DataLinkClickEvent<unknown>) => {
      // Some panels would follow the empty address, and load the page again.
      (event.e as Partial<Event> | undefined)?.preventDefault?.();
      pause.toggle();
    },
  };
}

function titleOf({ since, newRows }: Pause): string {
  if (since === undefined) {
    return t('pause.pause', 'Pause this panel');
  }
  return newRows === 0
    ? t('pause.go-on', 'Go on')
    : t('pause.go-on-rows', 'Go on ({{figure}} new rows)', {
        count: newRows,
        figure: figure(newRows),
        defaultValue_one: 'Go on ({{figure}} new row)',
      });
}
