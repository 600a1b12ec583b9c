import { css } from '@emotion/css';
import { getTemplateSrv } from '@grafana/runtime';
import { MultiCombobox, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';

import { t } from '../locale/t';
import { groupOfColumn, inGroups } from '../query/columnGroups';
import type { RowColumn } from '../resources/columns';

import { ColumnOrder } from './ColumnOrder';
import { FittedField } from './FittedField';
import { PICKER_WIDTH } from './layout';
import type { Loaded } from './useLoaded';
import { variableOptions } from './variableOptions';

/** What no column at all means: every one of them, but for rates, which are rows only where columns are chosen. */
function none(isOfRates: boolean): { placeholder: string; tooltip: string } {
  return isOfRates
    ? {
        placeholder: t('query-editor.columns.of-rates.none', 'time series'),
        tooltip: t(
          'query-editor.columns.of-rates.tooltip',
          'None: time series of the measure, for graphs. With columns, the counts of each interval are rows, for tables, in the order in which the columns are chosen; below, it can be changed.'
        ),
      }
    : {
        placeholder: t('query-editor.columns.none', 'all columns'),
        tooltip: t(
          'query-editor.columns.tooltip',
          'Shown in the order in which they are chosen; below, it can be changed. None: every column. Fewer columns cost less; panels with the same columns share one stream.'
        ),
      };
}

interface Props {
  id: string;
  /** Whether it is rates that have these columns. */
  isOfRates: boolean;
  value: string[];
  columns: Loaded<RowColumn[]>;
  onChange: (columns: string[]) => void;
}

export function ColumnsField({ id, isOfRates, value, columns, onChange }: Props) {
  const known = columns.state === 'loaded' ? columns.value : undefined;
  const options = useMemo(
    () => [
      ...inGroups(known ?? []).map(({ name, description }) => ({
        label: name,
        value: name,
        description,
        group: groupOfColumn(name),
      })),
      ...variableOptions(getTemplateSrv().getVariables()),
    ],
    [known]
  );

  const labelId = `${id}-label`;
  const styles = useStyles2(getStyles);
  const { placeholder, tooltip } = none(isOfRates);

  return (
    <>
      <FittedField
        label={t('query-editor.columns.label', 'Columns')}
        labelId={labelId}
        width={PICKER_WIDTH}
        grows
        tooltip={tooltip}
        invalid={columns.state === 'failed'}
        error={
          columns.state === 'failed' &&
          t('query-editor.columns.failed', 'The columns could not be listed: {{reason}}. A name can still be typed.', {
            reason: columns.reason,
          })
        }
      >
        <MultiCombobox
          id={id}
          aria-labelledby={labelId}
          data-testid="xdplive-query-columns"
          options={options}
          value={value}
          placeholder={placeholder}
          createCustomValue={columns.state === 'failed'}
          isClearable
          onChange={(chosen) => {
            onChange(chosen.map((option) => option.value));
          }}
        />
      </FittedField>
      {value.length > 1 && (
        <div className={styles.order}>
          <ColumnOrder columns={value} onChange={onChange} />
        </div>
      )}
    </>
  );
}

const getStyles = () => ({
  // Below the picker.
  order: css({ flexBasis: '100%' }),
});
