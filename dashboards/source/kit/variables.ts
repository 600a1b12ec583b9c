import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { id as pluginId } from '../../../src/plugin.json';
import { ANY_INTERFACE, UPLINKS } from '../../../src/query/interfaceSets';
import { EVERY_MACHINE } from '../../../src/query/machines';

import { ADDRESS, DATA_SOURCE, FILTER, INTERFACE, MACHINE, NARROW } from './names';
import { CHOSEN } from './queries';

export type VariableBuilder = cog.Builder<dashboard.VariableModel>;

/** What is shown where nothing was seen yet and nobody has chosen a host. Without an address, a filter would want all. */
const THIS_MACHINE = '127.0.0.1';

/** The host that a dashboard is about: seen ones can be chosen, by name, too, and any other one can be typed. */
export function addressVariable(): VariableBuilder {
  return (
    new dashboard.QueryVariableBuilder(ADDRESS)
      .label('Host')
      .description(
        'The address of the host. Those that were seen can be chosen, by their name, too; others can be typed.'
      )
      .datasource(CHOSEN)
      .query('hosts')
      .definition('hosts')
      .regex('')
      // Not when the interface changes: the host would change with it.
      .refresh(dashboard.VariableRefresh.OnDashboardLoad)
      .sort(dashboard.VariableSort.Disabled)
      .multi(false)
      .allowCustomValue(true)
      .staticOptions([{ text: THIS_MACHINE, value: THIS_MACHINE }])
      .staticOptionsOrder('after')
  );
}

/** What a reader can choose, the same on each dashboard, so that links hand it on; and what only one of them has. */
export function variables(own: readonly VariableBuilder[]): VariableBuilder[] {
  return [
    new dashboard.DatasourceVariableBuilder(DATA_SOURCE)
      .label('Data source')
      .type(pluginId)
      // The entry "default" is no uid, which the address of a file has.
      .regex('/^(?!default$)/'),
    new dashboard.QueryVariableBuilder(MACHINE)
      .label('Machine')
      .description('Which machines are shown, for a data source that has several.')
      .datasource(CHOSEN)
      .query('machines')
      .definition('machines')
      .regex('')
      .refresh(dashboard.VariableRefresh.OnDashboardLoad)
      .sort(dashboard.VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // A machine that comes later is meant, too.
      .allValue(EVERY_MACHINE),
    new dashboard.QueryVariableBuilder(INTERFACE)
      .label('Interface')
      .datasource(CHOSEN)
      .query('interfaces')
      .definition('interfaces')
      .regex('')
      .refresh(dashboard.VariableRefresh.OnDashboardLoad)
      .sort(dashboard.VariableSort.Disabled)
      .multi(true)
      .staticOptions([UPLINKS, ANY_INTERFACE].map((word) => ({ text: word, value: word })))
      .staticOptionsOrder('after'),
    ...own,
    new dashboard.TextBoxVariableBuilder(FILTER)
      .label('Filter')
      .description("Which packets are shown, in tcpdump's filter language. Empty: every packet.")
      .defaultValue(''),
    new dashboard.AdHocVariableBuilder(NARROW)
      .label('Narrow to')
      .description('Conditions on columns. The buttons in the cells of tables add conditions.')
      .datasource(CHOSEN),
  ];
}
