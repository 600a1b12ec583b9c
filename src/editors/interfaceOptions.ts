import type { TypedVariableModel } from '@grafana/data';
import type { ComboboxOption } from '@grafana/ui';

import { t } from '../locale/t';
import { ANY_INTERFACE, UPLINKS } from '../query/interfaceSets';
import { describeInterface, type NetworkInterface } from '../resources/interfaces';

import { variableOptions } from './variableOptions';

export function interfaceOptions(interfaces: NetworkInterface[], variables: TypedVariableModel[]): ComboboxOption[] {
  const group = t('options.interfaces', 'Interfaces');
  return [
    ...interfaces.map((candidate) => ({
      group,
      label: candidate.name,
      value: candidate.name,
      description: describeInterface(candidate),
    })),
    {
      group,
      label: UPLINKS,
      value: UPLINKS,
      description: describeUplinks(interfaces),
    },
    {
      group,
      label: ANY_INTERFACE,
      value: ANY_INTERFACE,
      description: t('options.any-interface', 'every interface of the machine'),
    },
    ...variableOptions(variables),
  ];
}

/** What the word means on this machine now. */
function describeUplinks(interfaces: NetworkInterface[]): string {
  const names = interfaces.filter(({ uplink }) => uplink).map(({ name }) => name);
  const meaning = t('options.uplinks', 'each packet that enters or leaves the machine, once');
  return names.length === 0 ? meaning : `${meaning} · ${names.join(', ')}`;
}
