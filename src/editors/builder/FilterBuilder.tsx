import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Trans } from '@grafana/i18n';
import { Button, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';

import { t } from '../../locale/t';
import {
  faultyRow,
  filterOf,
  rowsOf,
  unfitValue,
  withChange,
  withoutRow,
  withRow,
  type Rows,
} from '../../query/builder/rows';
import type { Vocabulary } from '../../query/completion';
import type { FilterReading, FilterVerdict } from '../../query/filterReading';
import type { Conditions, Joint } from '../../resources/filter';

import { FILTER_WIDTH } from '../layout';

import { ConditionRow } from './ConditionRow';

interface Props {
  id: string;
  /** The filter in force. */
  value: string;
  isOfFlows: boolean;
  vocabulary: Vocabulary;
  /** What the back end makes of a filter, which may be the one before. */
  reading: FilterReading | undefined;
  /** What it says of the filter in force. */
  verdict: FilterVerdict | undefined;
  meaningId: string;
  onFocus: () => void;
  onCommit: (filter: string) => void;
  onEditAsText: () => void;
}

/** Rows, and the filter that they stand for. */
interface Shown {
  filter: string;
  rows: Rows;
  /** What the rows made of it: the filter, perhaps in other words. */
  written: string;
}

function joints(): Array<{ label: string; value: Joint }> {
  return [
    { label: t('builder.all', 'All'), value: 'and' },
    { label: t('builder.any', 'Any'), value: 'or' },
  ];
}

const NO_CONDITIONS: Conditions = { joint: 'and', conditions: [] };

/** A filter in menus. It writes the same text that one can type, and nothing while a condition is half made. */
export function FilterBuilder({ id, value, onCommit, ...props }: Props) {
  const styles = useStyles2(getStyles);
  const addButton = useRef<HTMLButtonElement>(null);
  const [kept, setKept] = useState<Shown>();
  const [added, setAdded] = useState<number>();
  const shown = useMemo(
    () => (kept?.filter === value ? kept : shownOf(value, props.reading)),
    [kept, value, props.reading]
  );

  if (shown === undefined || 'beyond' in shown) {
    const why = shown?.beyond ?? (props.verdict?.state === 'unknown' ? notAsked() : undefined);
    return (
      <div
        role="group"
        aria-label={t('filter.label', 'Filter')}
        className={styles.beyond}
        aria-busy={why === undefined}
      >
        {why !== undefined && (
          <span>{t('builder.beyond', 'The menus cannot show this filter: {{why}}. Edit it as text.', { why })}</span>
        )}
        <code className={styles.filter}>{value}</code>
        <Button variant="secondary" size="sm" onClick={props.onEditAsText}>
          <Trans i18nKey="builder.as-text">Edit as text</Trans>
        </Button>
      </div>
    );
  }

  const { joint, rows } = shown.rows;
  const change = (next: Rows, isHalfMade = false) => {
    const written = filterOf(next);
    const isHeldBack = isHalfMade || next.rows.some((row) => unfitValue(row) !== undefined);
    if (isHeldBack || written === shown.written) {
      setKept({ ...shown, rows: next });
      return;
    }
    setKept({ filter: written, rows: next, written });
    onCommit(written);
  };
  const faulty = faultyRow(shown.rows, value, props.verdict);

  return (
    <div
      role="group"
      aria-label={t('filter.label', 'Filter')}
      className={styles.rows}
      data-testid="xdplive-query-filter-builder"
    >
      {rows.length > 1 && (
        <div className={styles.joint}>
          <RadioButtonGroup<Joint>
            id={`${id}-joint`}
            aria-label={t('builder.joint', 'How many of the conditions must hold')}
            className={styles.joints}
            size="sm"
            options={joints()}
            value={joint}
            onChange={(chosen) => {
              change({ joint: chosen, rows });
            }}
          />
          <span>
            {joint === 'and'
              ? t('builder.all-hold', 'of these conditions must hold')
              : t('builder.any-holds', 'of these conditions is enough')}
          </span>
        </div>
      )}
      {rows.map((row, index) => (
        <ConditionRow
          key={row.id}
          id={`${id}-condition-${row.id}`}
          number={index + 1}
          condition={row}
          isOfFlows={props.isOfFlows}
          vocabulary={props.vocabulary}
          isFaulty={row.id === faulty}
          meaningId={props.meaningId}
          hasFocusAtFirst={row.id === added}
          onFocus={props.onFocus}
          onChange={(changed, isHalfMade) => {
            change(withChange(shown.rows, row.id, changed), isHalfMade);
          }}
          onRemove={() => {
            change(withoutRow(shown.rows, row.id));
            // What had the focus is gone.
            addButton.current?.focus();
          }}
        />
      ))}
      <div>
        <Button
          ref={addButton}
          variant="secondary"
          size="sm"
          icon="plus"
          onClick={() => {
            const more = withRow(shown.rows);
            setAdded(more.rows.at(-1)?.id);
            change(more);
          }}
        >
          <Trans i18nKey="builder.add">Add condition</Trans>
        </Button>
      </div>
    </div>
  );
}

function notAsked(): string {
  return t('builder.not-asked', 'the back end did not answer');
}

/** Undefined until the back end has said what is in the filter. */
function shownOf(filter: string, reading: FilterReading | undefined): Shown | { beyond: string } | undefined {
  const isEmpty = filter.trim() === '';
  if (!isEmpty && reading?.typed !== filter) {
    return undefined;
  }
  const conditions = isEmpty || reading === undefined ? NO_CONDITIONS : reading.conditions;
  if ('beyond' in conditions) {
    return conditions;
  }
  const rows = rowsOf(conditions);
  return { filter, rows, written: filterOf(rows) };
}

const getStyles = (theme: GrafanaTheme2) => ({
  rows: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
  joints: css({ flexShrink: 0 }),
  joint: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), ...theme.typography.bodySmall }),
  beyond: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    maxWidth: theme.spacing(FILTER_WIDTH),
  }),
  filter: css({ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }),
});
