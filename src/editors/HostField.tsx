import type { TypedVariableModel } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { MultiCombobox, type ComboboxOption } from '@grafana/ui';
import { useMemo } from 'react';

import { t } from '../locale/t';
import { describeMachine, type Machine } from '../resources/machines';

import { FittedField } from './FittedField';
import { PICKER_WIDTH } from './layout';
import type { Loaded } from './useLoaded';
import { variableOptions } from './variableOptions';

interface Props {
  id: string;
  value: string[];
  machines: Loaded<Machine[]>;
  onChange: (hosts: string[]) => void;
}

/** Machines by name, by label, by a pattern that is typed, and by variable. */
export function HostField({ id, value, machines, onChange }: Props) {
  const known = machines.state === 'loaded' ? machines.value : undefined;
  const options = useMemo(() => hostOptions(known ?? [], getTemplateSrv().getVariables()), [known]);
  const labelId = `${id}-label`;

  return (
    <FittedField
      label={t('query-editor.host.label', 'Hosts')}
      labelId={labelId}
      width={PICKER_WIDTH}
      tooltip={t(
        'query-editor.host.tooltip',
        'Machines whose packets are shown. None: all of them. A pattern such as web* or !web9, a label such as site=fra, or a variable such as $host, can be typed.'
      )}
      invalid={machines.state === 'failed'}
      error={
        machines.state === 'failed' &&
        t('query-editor.host.failed', 'The machines could not be listed: {{reason}}. A name can still be typed.', {
          reason: machines.reason,
        })
      }
    >
      <MultiCombobox
        id={id}
        aria-labelledby={labelId}
        data-testid="xdplive-query-hosts"
        options={options}
        value={value}
        placeholder={t('query-editor.host.all', 'all machines')}
        createCustomValue
        isClearable
        onChange={(chosen) => {
          onChange(chosen.map((option) => option.value));
        }}
      />
    </FittedField>
  );
}

/** The machines, the labels that they have, and variables that can hold either. */
export function hostOptions(machines: Machine[], variables: TypedVariableModel[]): ComboboxOption[] {
  const labels = machines.flatMap((machine) => Object.entries(machine.labels).map(([label, of]) => `${label}=${of}`));
  return [
    ...machines.map((machine) => ({
      group: t('options.machines', 'Machines'),
      label: machine.name,
      value: machine.name,
      description: describeMachine(machine),
    })),
    ...[...new Set(labels)].sort().map((label) => ({ group: t('options.labels', 'Labels'), label, value: label })),
    ...variableOptions(variables),
  ];
}
