import { useRef, useState } from 'react';

import { XdpDataSource } from '../../../src/datasource/XdpDataSource';
import { QueryEditor } from '../../../src/editors/QueryEditor';
import type { XdpQuery } from '../../../src/query/model';
import { INSTANCE } from '../../../src/testing/instance';

import { deeds } from './deeds';

const dataSource = new XdpDataSource(INSTANCE);

/** A panel's query, which runs when the editor says so. */
export function QueryPage({ query }: { query: Partial<XdpQuery> }) {
  const [current, setCurrent] = useState<XdpQuery>({ refId: 'A', ...query });
  const newest = useRef(current);
  return (
    <QueryEditor
      datasource={dataSource}
      query={current}
      onChange={(changed) => {
        newest.current = changed;
        deeds.queries.push(changed);
        setCurrent(changed);
      }}
      onRunQuery={() => {
        deeds.runs.push(newest.current);
      }}
    />
  );
}
