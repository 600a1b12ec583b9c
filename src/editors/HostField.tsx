import type { TypedVariableModel } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import type { ComboboxOption } from '@grafana/ui';
import { useMemo } from 'react';

import { t } from '../locale/t';
import { describeMachine, type Machine } from '../resources/machines';

import { NamesField } from './NamesField';
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

  return (
    <NamesField
      id={id}
      testId="xdplive-query-hosts"
      label={t('query-editor.host.label', 'Hosts')}
      tooltip={t(
        'query-editor.host.tooltip',
        'Machines whose packets are shown. None: all of them. A pattern such as web* or !web9, a label such as site=fra, or a variable such as $host, can be typed.'
      )}
      placeholder={t('query-editor.host.all', 'all machines')}
      options={options}
      failed={
        machines.state === 'failed' &&
        t('query-editor.host.failed', 'The machines could not be listed: {{reason}}. A name can still be typed.', {
          reason: machines.reason,
        })
      }
      value={value}
      onChange={onChange}
    />
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
