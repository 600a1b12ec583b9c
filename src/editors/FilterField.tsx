import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, Input, useStyles2 } from '@grafana/ui';

import { LABEL_WIDTH, PICKER_WIDTH } from './layout';
import { useDraft } from './useDraft';

interface Props {
  id: string;
  value: string;
  /** Undefined: every packet. */
  onCommit: (filter: string | undefined) => void;
}

/** Which packets a panel shows, in tcpdump's language. */
export function FilterField({ id, value, onCommit }: Props) {
  const { monospaced } = useStyles2(getStyles);
  const { input } = useDraft(value, (text) => {
    const typed = text.trim();
    if (typed !== value) {
      onCommit(typed === '' ? undefined : typed);
    }
    return true;
  });

  return (
    <InlineField
      label="Filter"
      labelWidth={LABEL_WIDTH}
      tooltip="Which packets are shown, in tcpdump's filter language. None: every packet. A variable can stand for the whole text or for a value in it, as in host $host; several values become (a or b)."
    >
      <Input
        id={id}
        data-testid="xdplive-query-filter"
        className={monospaced}
        width={PICKER_WIDTH}
        placeholder="udp port 53 or host 192.0.2.1"
        autoComplete="off"
        spellCheck={false}
        {...input}
      />
    </InlineField>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  monospaced: css({ input: { fontFamily: theme.typography.fontFamilyMonospace } }),
});
