import { css } from '@emotion/css';
import { RadioButtonGroup, useStyles2 } from '@grafana/ui';

import { FittedField } from './FittedField';

export interface Choice<T> {
  label: string;
  value: T;
  description: string;
}

interface Props<T> {
  label: string;
  tooltip?: string;
  choices: ReadonlyArray<Choice<T>>;
  /** Undefined: none of them. */
  value: T | undefined;
  onChange: (value: T) => void;
}

/** One of a few, all in sight. Nothing is marked where a dashboard's JSON has a value that is not offered. */
export function ChoiceField<T>({ label, tooltip, choices, value, onChange }: Props<T>) {
  const styles = useStyles2(getStyles);
  return (
    <FittedField label={label} tooltip={tooltip}>
      <RadioButtonGroup<T>
        aria-label={label}
        className={styles.choices}
        options={[...choices]}
        value={value}
        onChange={onChange}
      />
    </FittedField>
  );
}

const getStyles = () => ({
  // Where one line is too narrow for all of them.
  choices: css({ flexWrap: 'wrap' }),
});
