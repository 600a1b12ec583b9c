import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, FieldValidationMessage, IconButton, useStyles2, type ComboboxOption } from '@grafana/ui';

import { t } from '../../locale/t';
import { fieldNamed, FIELDS, OPERATORS } from '../../query/builder/fields';
import { unfitValue, withField } from '../../query/builder/rows';
import type { Vocabulary } from '../../query/completion';
import type { Condition, FieldName, Operator } from '../../resources/filter';

import { ConditionValue } from './ConditionValue';
import { HiddenLabel } from './HiddenLabel';

interface Props {
  id: string;
  /** From 1. */
  number: number;
  condition: Condition;
  isOfFlows: boolean;
  vocabulary: Vocabulary;
  /** Whether it is what the back end cannot take. */
  isFaulty: boolean;
  meaningId: string;
  hasFocusAtFirst: boolean;
  onFocus: () => void;
  /** With `isHalfMade`, it is not to be asked for yet. */
  onChange: (condition: Condition, isHalfMade?: boolean) => void;
  onRemove: () => void;
}

const FIELD_WIDTH = 20;
const OPERATOR_WIDTH = 15;

/** What is asked, how, and the values. */
export function ConditionRow({ id, number, condition, ...props }: Props) {
  const styles = useStyles2(getStyles);
  const field = fieldNamed(condition.field);
  const name = t('builder.condition', 'Condition {{number}}', { number });
  const unfit = unfitValue(condition);
  const errorId = `${id}-error`;

  return (
    <div role="group" aria-label={name}>
      <div className={styles.row}>
        <HiddenLabel htmlFor={`${id}-field`}>
          {t('builder.field', '{{condition}}: field', { condition: name })}
        </HiddenLabel>
        <Combobox<FieldName>
          id={`${id}-field`}
          width={FIELD_WIDTH}
          autoFocus={props.hasFocusAtFirst}
          options={fieldOptions(props.isOfFlows, field.name)}
          value={field.name}
          onChange={({ value }) => {
            const changed = withField(condition, value);
            props.onChange(changed, changed.values.length === 0);
          }}
        />
        <HiddenLabel htmlFor={`${id}-operator`}>
          {t('builder.operator', '{{condition}}: operator', { condition: name })}
        </HiddenLabel>
        <Combobox<Operator>
          id={`${id}-operator`}
          width={OPERATOR_WIDTH}
          options={field.operators.map((operator) => ({ value: operator, label: OPERATORS[operator].label() }))}
          value={condition.operator}
          onChange={({ value }) => {
            const values = OPERATORS[value].takesNoValue ? [] : condition.values;
            props.onChange(
              { ...condition, operator: value, values },
              !OPERATORS[value].takesNoValue && values.length === 0
            );
          }}
        />
        {!OPERATORS[condition.operator].takesNoValue && (
          <ConditionValue
            key={field.name}
            id={`${id}-value`}
            label={t('builder.value', '{{condition}}: value', { condition: name })}
            condition={condition}
            vocabulary={props.vocabulary}
            isInvalid={props.isFaulty || unfit !== undefined}
            describedBy={unfit === undefined ? props.meaningId : errorId}
            onFocus={props.onFocus}
            onChange={(values) => {
              props.onChange({ ...condition, values });
            }}
          />
        )}
        <IconButton
          name="trash-alt"
          aria-label={t('builder.remove', 'Remove condition {{number}}', { number })}
          onClick={props.onRemove}
        />
      </div>
      {unfit !== undefined && (
        <div id={errorId}>
          <FieldValidationMessage>
            {t(
              'builder.unfit',
              '"{{value}}" is not a value. A value is one word of letters, digits and . : - _ /, but not and, or or not. The panel keeps the filter that it had.',
              { value: unfit }
            )}
          </FieldValidationMessage>
        </div>
      )}
    </div>
  );
}

/** Those that can be asked for; and the one that is there, so that it has a name. */
function fieldOptions(isOfFlows: boolean, shown: FieldName): Array<ComboboxOption<FieldName>> {
  const offered = FIELDS.filter(({ name, isOfPackets }) => !isOfFlows || !isOfPackets || name === shown);
  return offered.map(({ name, label }) => ({ value: name, label: label() }));
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(0.5) }),
});
