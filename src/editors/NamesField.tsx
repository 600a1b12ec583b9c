import { MultiCombobox, type ComboboxOption } from '@grafana/ui';

import { FittedField } from './FittedField';
import { PICKER_WIDTH } from './layout';

interface Props {
  id: string;
  testId: string;
  label: string;
  tooltip: string;
  /** What stands there while none is chosen. */
  placeholder: string;
  options: ComboboxOption[];
  /** Why there are none to choose from, in words; false: there are. */
  failed: string | false;
  value: string[];
  onChange: (names: string[]) => void;
}

/** Names out of a list, and such as are typed. */
export function NamesField({ id, testId, label, tooltip, placeholder, options, failed, value, onChange }: Props) {
  const labelId = `${id}-label`;

  return (
    <FittedField
      label={label}
      labelId={labelId}
      width={PICKER_WIDTH}
      tooltip={tooltip}
      invalid={failed !== false}
      error={failed}
    >
      <MultiCombobox
        id={id}
        aria-labelledby={labelId}
        data-testid={testId}
        options={options}
        value={value}
        placeholder={placeholder}
        createCustomValue
        isClearable
        onChange={(chosen) => {
          onChange(chosen.map((option) => option.value));
        }}
      />
    </FittedField>
  );
}
