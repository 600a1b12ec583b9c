import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, Input, useStyles2 } from '@grafana/ui';
import { useState } from 'react';

import { LABEL_WIDTH, PICKER_WIDTH } from './layout';

interface Props {
  id: string;
  value: string;
  /** Undefined: every packet. */
  onCommit: (filter: string | undefined) => void;
}

/** A text that takes effect on Enter or when the field is left, so that a panel never runs with half of it. */
export function FilterField({ id, value, onCommit }: Props) {
  /** What is being typed; undefined while the field shows the query's own text. */
  const [draft, setDraft] = useState<string>();
  const { monospaced } = useStyles2(getStyles);

  const commit = () => {
    if (draft === undefined) {
      return;
    }
    const typed = draft.trim();
    setDraft(undefined);
    if (typed !== value) {
      onCommit(typed === '' ? undefined : typed);
    }
  };

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
        value={draft ?? value}
        onChange={(event) => {
          setDraft(event.currentTarget.value);
        }}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            commit();
          }
        }}
      />
    </InlineField>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  monospaced: css({ input: { fontFamily: theme.typography.fontFamilyMonospace } }),
});
