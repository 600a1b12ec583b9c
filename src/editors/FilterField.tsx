import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { InlineField, Input, useStyles2 } from '@grafana/ui';

import { filterHelp } from './filterHelp';
import { LABEL_WIDTH, PICKER_WIDTH } from './layout';
import { useDraft } from './useDraft';

interface Props {
  id: string;
  value: string;
  /** Whether it chooses among flows, which carry less than packets do. */
  isOfFlows: boolean;
  /** Undefined: every packet. */
  onCommit: (filter: string | undefined) => void;
}

/** Which packets a panel shows, in tcpdump's language. */
export function FilterField({ id, value, isOfFlows, onCommit }: Props) {
  const { monospaced } = useStyles2(getStyles);
  const { input } = useDraft(value, (text) => {
    const typed = text.trim();
    if (typed !== value) {
      onCommit(typed === '' ? undefined : typed);
    }
    return true;
  });

  return (
    <InlineField label="Filter" labelWidth={LABEL_WIDTH} tooltip={filterHelp(isOfFlows)}>
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
