import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { EditorField } from '@grafana/plugin-ui';
import { useStyles2 } from '@grafana/ui';
import type { ReactElement, ReactNode } from 'react';

interface Props {
  label: string;
  /** The id of an element that says the label, for fields that Grafana 12.3 does not connect with it. */
  labelId?: string;
  tooltip?: string;
  /** The id of the input, where it is not that of `children`. */
  htmlFor?: string;
  /** In Grafana's unit of 8 pixels. Without one, the field is as wide as what is in it. */
  width?: number;
  /** Takes what its row has left. */
  grows?: boolean;
  invalid?: boolean;
  error?: ReactNode;
  children: ReactElement;
}

/** A labelled field of an editor. It has the width that it wants, and shrinks where the editor is narrower. */
export function FittedField({ labelId, width, grows = false, ...field }: Props) {
  const styles = useStyles2(getStyles, width, grows);
  return (
    <div className={styles.box}>
      {labelId !== undefined && (
        <span id={labelId} hidden>
          {field.label}
        </span>
      )}
      <EditorField {...field} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2, width: number | undefined, grows: boolean) => ({
  box: css({
    flex: `${grows ? 1 : 0} 1 ${width === undefined ? 'auto' : theme.spacing(width)}`,
    minWidth: 0,
    maxWidth: '100%',
  }),
});
