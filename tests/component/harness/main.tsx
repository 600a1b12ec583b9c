import { createTheme, ThemeContext } from '@grafana/data';
import {
  setBackendSrv,
  setDataSourceSrv,
  setTemplateSrv,
  type DataSourceSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { GlobalStyles } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import { XdpDataSource } from '../../../src/datasource/XdpDataSource';
import { INSTANCE } from '../../../src/testing/instance';

import { testBackend } from './backend';
import { ConfigPage } from './ConfigPage';
import { pageAt, type PageOf } from './page';
import { QueryPage } from './QueryPage';
import { VariablePage } from './VariablePage';

setBackendSrv(testBackend());
const dataSource = new XdpDataSource(INSTANCE);
setDataSourceSrv({ get: () => Promise.resolve(dataSource) } as unknown as DataSourceSrv);
setTemplateSrv({ getVariables: () => [], replace: (text = '') => text } as unknown as TemplateSrv);

const page = pageAt(window.location.search);
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <ThemeContext.Provider value={createTheme({ colors: { mode: page.theme } })}>
      <GlobalStyles />
      <Editor page={page} />
    </ThemeContext.Provider>
  );
}

function Editor({ page }: { page: PageOf }) {
  switch (page.editor) {
    case 'query':
      return <QueryPage query={page.query} />;
    case 'variable':
      return <VariablePage query={page.query} />;
    case 'config':
      return <ConfigPage jsonData={page.jsonData} readOnly={page.readOnly} />;
  }
}
