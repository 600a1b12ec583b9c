import { Combobox } from '@grafana/ui';
import { useMemo } from 'react';

import { t } from '../locale/t';
import type { Measure } from '../query/model';

import { measureChoices } from './choices';
import { FittedField } from './FittedField';

/** In Grafana's unit of 8 pixels: the longest name, and the sign that there are others. */
const WIDTH = 18;

interface Props {
  id: string;
  value: Measure;
  onChange: (measure: Measure) => void;
}

/** What rates are of. */
export function MeasureField({ id, value, onChange }: Props) {
  const options = useMemo(() => measureChoices(), []);

  return (
    <FittedField label={t('query-editor.measure', 'Measure')} width={WIDTH}>
      <Combobox<Measure>
        id={id}
        options={options}
        value={value}
        onChange={({ value: chosen }) => {
          onChange(chosen);
        }}
      />
    </FittedField>
  );
}
