import { getTemplateSrv } from '@grafana/runtime';
import { MultiCombobox } from '@grafana/ui';
import { useMemo } from 'react';

import type { NetworkInterface } from '../resources/interfaces';

import { FittedField } from './FittedField';
import { interfaceOptions, withoutContradiction } from './interfaceOptions';
import { PICKER_WIDTH } from './layout';
import type { Loaded } from './useLoaded';

interface Props {
  id: string;
  value: string[];
  interfaces: Loaded<NetworkInterface[]>;
  onChange: (interfaces: string[]) => void;
}

export function InterfaceField({ id, value, interfaces, onChange }: Props) {
  const known = interfaces.state === 'loaded' ? interfaces.value : undefined;
  const options = useMemo(() => interfaceOptions(known ?? [], getTemplateSrv().getVariables()), [known]);
  const defaultName = known?.find((candidate) => candidate.default)?.name;

  return (
    <FittedField
      label="Interface"
      width={PICKER_WIDTH}
      tooltip="Network interfaces of the machine that Grafana runs on. None: the one with the default route. A name that is not in the list, or a variable such as $interface, can be typed."
      invalid={interfaces.state === 'failed'}
      error={
        interfaces.state === 'failed' &&
        `The interfaces could not be listed: ${interfaces.reason}. A name can still be typed.`
      }
    >
      <MultiCombobox
        id={id}
        data-testid="xdplive-query-interfaces"
        options={options}
        value={value}
        placeholder={defaultName === undefined ? 'default route' : `${defaultName} (default route)`}
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
