import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { id as pluginId } from '../../../src/plugin.json';
import { ANY_INTERFACE, UPLINKS } from '../../../src/query/interfaceSets';

import { DATA_SOURCE, FILTER, INTERFACE, MACHINE, NARROW } from './names';
import { CHOSEN } from './queries';

/** What a reader can choose, the same on each dashboard, so that links hand it on. */
export function variables() {
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
      .allValue('*'),
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
