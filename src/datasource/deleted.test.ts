import { LoadingState, type DataFrame } from '@grafana/data';
import {
  config,
  DataSourceWithBackend,
  setGrafanaLiveSrv,
  setTemplateSrv,
  type GrafanaLiveSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { of } from 'rxjs';

import { firstTick } from '../testing/captureMessages';
import { testDataSource } from '../testing/dataSource';
import { ttlFrame } from '../testing/frames';
import { requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';

it.each([
  [{ error: { message: 'Data source not found', status: 404 } }, 'Data source not found'],
  [{ errors: [{ refId: 'missing', message: 'Access denied.' }] }, 'Access denied'],
])('a data source that is deleted or forbidden while a panel streams is told: %j', async (refusal, told) => {
  jest.useFakeTimers();
  const live = new SharedLive();
  setGrafanaLiveSrv(live as unknown as GrafanaLiveSrv);
  setTemplateSrv({ replace: (text = '') => text } as unknown as TemplateSrv);
  config.publicDashboardAccessToken = '';
  config.liveEnabled = true;
  const custom = {
    channel: 'packets/1f',
    data: { kind: 'packets' },
    capture: { channel: 'capture/2e', data: { kind: 'capture' } },
  };
  const sent = jest.spyOn(DataSourceWithBackend.prototype, 'query');
  sent.mockReturnValueOnce(of({ data: [ttlFrame('A', [[1, 64]], { custom })] }));
  sent.mockReturnValue(of({ state: LoadingState.Error, data: [], ...refusal }));
  let shown: DataFrame | undefined;
  const running = testDataSource()
    .query(requestFor([{ refId: 'A' }]))
    .subscribe(({ data }) => {
      shown = data[0] as DataFrame;
    });
  live.send('ds/uid-1/capture/2e', firstTick(1_000, [{}]));
  await jest.advanceTimersByTimeAsync(15_000);
  expect(shown?.meta?.notices).toEqual([
    { severity: 'warning', text: expect.stringContaining(`the server refuses the query (${told}).`) as string },
  ]);
  running.unsubscribe();
  jest.useRealTimers();
});
