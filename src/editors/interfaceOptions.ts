import type { TypedVariableModel } from '@grafana/data';
import type { ComboboxOption } from '@grafana/ui';

import { t } from '../locale/t';
import { ANY_INTERFACE } from '../query/model';
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
      label: ANY_INTERFACE,
      value: ANY_INTERFACE,
      description: t('options.any-interface', 'every interface of the machine'),
    },
    ...variableOptions(variables),
  ];
}

/** `any` stands alone: choosing it drops the names, and choosing a name drops it. */
export function withoutContradiction(chosen: string[], before: string[]): string[] {
  if (!chosen.includes(ANY_INTERFACE)) {
    return chosen;
  }
  return before.includes(ANY_INTERFACE)
    ? chosen.filter((name) => name !== ANY_INTERFACE || chosen.length === 1)
    : [ANY_INTERFACE];
}
