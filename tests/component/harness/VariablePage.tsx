import { useState } from 'react';

import { XdpDataSource } from '../../../src/datasource/XdpDataSource';
import { VariableQueryEditor } from '../../../src/editors/VariableQueryEditor';
import type { XdpVariableQuery } from '../../../src/query/variableQuery';
import { INSTANCE } from '../../../src/testing/instance';

import { deeds } from './deeds';

const dataSource = new XdpDataSource(INSTANCE);

/** A variable's query, as a dashboard has saved it: with its text alone, or in whole. */
export function VariablePage({ query }: { query: XdpVariableQuery | string }) {
  const [current, setCurrent] = useState(query as XdpVariableQuery);
  return (
    <VariableQueryEditor
      datasource={dataSource}
      query={current}
      onRunQuery={() => undefined}
      onChange={(changed) => {
        deeds.variableQueries.push(changed);
        setCurrent(changed);
      }}
    />
  );
}
