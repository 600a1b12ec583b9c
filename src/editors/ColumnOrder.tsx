import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import { useState } from 'react';

import { t } from '../locale/t';

import { moved } from './moved';

interface Props {
  columns: string[];
  onChange: (columns: string[]) => void;
}

/** The chosen columns from left to right. Each can be dragged to another place, or moved there by its buttons. */
export function ColumnOrder({ columns, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const [dragged, setDragged] = useState<number>();

  const move = (from: number, to: number) => {
    if (from !== to) {
      onChange(moved(columns, from, to));
    }
  };

  return (
    <ol
      aria-label={t('column-order.label', 'Order of the columns')}
      className={styles.list}
      data-testid="xdplive-query-column-order"
    >
      {columns.map((name, index) => (
        <li
          key={name}
          draggable
          className={styles.column}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            setDragged(index);
          }}
          onDragEnd={() => {
            setDragged(undefined);
          }}
          onDragOver={(event) => {
            // Without this, nothing may be dropped here.
            if (dragged !== undefined) {
              event.preventDefault();
            }
          }}
          onDrop={(event) => {
            event.preventDefault();
            if (dragged !== undefined) {
              move(dragged, index);
            }
          }}
        >
          <IconButton
            name="angle-left"
            size="sm"
            aria-label={t('column-order.left', 'Move {{name}} to the left', { name })}
            disabled={index === 0}
            onClick={() => {
              move(index, index - 1);
            }}
          />
          {name}
          <IconButton
            name="angle-right"
            size="sm"
            aria-label={t('column-order.right', 'Move {{name}} to the right', { name })}
            disabled={index === columns.length - 1}
            onClick={() => {
              move(index, index + 1);
            }}
          />
        </li>
      ))}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5),
    listStyle: 'none',
    margin: theme.spacing(0, 0, 0.5),
  }),
  column: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.25),
    padding: theme.spacing(0, 0.5),
    height: theme.spacing(3),
    cursor: 'grab',
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
    ...theme.typography.bodySmall,
  }),
});
