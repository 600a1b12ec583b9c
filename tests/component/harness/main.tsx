import { createTheme, ThemeContext } from '@grafana/data';
import { setBackendSrv, setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { GlobalStyles } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import { testBackend } from './backend';
import { ConfigPage } from './ConfigPage';
import { pageAt } from './page';
import { QueryPage } from './QueryPage';

setBackendSrv(testBackend());
setTemplateSrv({ getVariables: () => [], replace: (text = '') => text } as unknown as TemplateSrv);

const page = pageAt(window.location.search);
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <ThemeContext.Provider value={createTheme({ colors: { mode: page.theme } })}>
      <GlobalStyles />
      {page.editor === 'query' ? (
        <QueryPage query={page.query} />
      ) : (
        <ConfigPage jsonData={page.jsonData} readOnly={page.readOnly} />
      )}
    </ThemeContext.Provider>
  );
}
