import {
  getDefaultTimeRange,
  LoadingState,
  type CoreApp,
  type DataQueryRequest,
  type PanelData,
  type ScopedVars,
} from '@grafana/data';
import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { QueryEditor } from '../editors/QueryEditor';
import type { XdpQuery } from '../query/model';

import { testDataSource } from './dataSource';
import { layOutEverything } from './layout';

/** What a page of Grafana has before an editor is opened in it: a dashboard's variables, and a layout. */
export function setUpEditors(): void {
  const variables = ['interface', 'columns', 'group'].map((name) => ({ name, type: 'query' }));
  const replace = (text = '', scopedVars: ScopedVars = {}) => {
    const own: unknown = scopedVars.interface?.value;
    return text.replace('$interface', typeof own === 'string' ? own : 'eth1').replace('$group', 'vlan');
  };
  setTemplateSrv({ getVariables: () => variables, replace } as unknown as TemplateSrv);
  layOutEverything();
}

interface Editor {
  /** The query after each change. */
  queries: XdpQuery[];
  run: jest.Mock;
}

/** What an editor is told of a panel that ran a request with these traits. */
export function panelData(request: Partial<DataQueryRequest<XdpQuery>>): PanelData {
  const timeRange = getDefaultTimeRange();
  return { state: LoadingState.Streaming, series: [], timeRange, request: request as DataQueryRequest<XdpQuery> };
}

/** The query editor of a panel. */
export async function openEditor(
  query: Partial<XdpQuery> = {},
  dataSource = testDataSource(),
  panel: { data?: PanelData; app?: CoreApp } = {}
): Promise<Editor> {
  const editor: Editor = { queries: [], run: jest.fn() };
  function Panel() {
    const [current, setCurrent] = useState<XdpQuery>({ refId: 'A', ...query });
    return (
      <QueryEditor
        datasource={dataSource}
        query={current}
        {...panel}
        onChange={(changed) => {
          editor.queries.push(changed);
          setCurrent(changed);
        }}
        onRunQuery={editor.run}
      />
    );
  }
  render(<Panel />);
  await screen.findByLabelText('Interface');
  // Lists arrive after the first paint.
  await Promise.resolve();
  return editor;
}

/** Takes an option of a field's list. */
export async function choose(label: string, option: RegExp | string): Promise<void> {
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.click(await screen.findByRole('option', { name: option }));
}
