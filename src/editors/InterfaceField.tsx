import { getTemplateSrv } from '@grafana/runtime';
import { MultiCombobox } from '@grafana/ui';
import { useMemo } from 'react';

import { t } from '../locale/t';
import { withoutContradiction } from '../query/interfaceSets';
import type { NetworkInterface } from '../resources/interfaces';

import { FittedField } from './FittedField';
import { interfaceOptions } from './interfaceOptions';
import { PICKER_WIDTH } from './layout';
import type { Loaded } from './useLoaded';

interface Props {
  id: string;
  tooltip: string;
  /** What stands there while none is chosen. */
  placeholder: string;
  value: string[];
  interfaces: Loaded<NetworkInterface[]>;
  onChange: (interfaces: string[]) => void;
}

/** Interfaces by name, also such as are not there yet, by pattern, and variables. */
export function InterfaceField({ id, tooltip, placeholder, value, interfaces, onChange }: Props) {
  const known = interfaces.state === 'loaded' ? interfaces.value : undefined;
  const options = useMemo(() => interfaceOptions(known ?? [], getTemplateSrv().getVariables()), [known]);

  const labelId = `${id}-label`;

  return (
    <FittedField
      label={t('query-editor.interface.label', 'Interface')}
      labelId={labelId}
      width={PICKER_WIDTH}
      tooltip={tooltip}
      invalid={interfaces.state === 'failed'}
      error={
        interfaces.state === 'failed' &&
        t(
          'query-editor.interface.failed',
          'The interfaces could not be listed: {{reason}}. A name can still be typed.',
          {
            reason: interfaces.reason,
          }
        )
      }
    >
      <MultiCombobox
        id={id}
        aria-labelledby={labelId}
        data-testid="xdplive-query-interfaces"
        options={options}
        value={value}
        placeholder={placeholder}
        createCustomValue
        isClearable
        onChange={(chosen) => {
          onChange(
            withoutContradiction(
              chosen.map((option) => option.value),
              value
            )
          );
        }}
      />
    </FittedField>
  );
}
