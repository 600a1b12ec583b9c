import { colorManipulator, createTheme, getFieldDisplayName } from '@grafana/data';
import { readdirSync } from 'fs';
import path from 'path';

import pluginJson from '../../plugin.json';
import { adHocFault, withAdHocFilters } from '../query/adHocFilters';
import { isUsed } from '../query/kinds';
import { COLUMNS } from '../testing/columns';
import { queryFaults } from '../testing/queryFaults';

import { BUNDLED } from './bundled';
import { columnsNamedIn, linksOf, textColorsOf } from './namesInPanel';
import { drawn, rowsOf, type Panel } from './panelPipeline';
import { sampleRows } from './samples';

const DATA_SOURCE = { type: pluginJson.id, uid: '${datasource}' };

it('are those that the plugin brings', () => {
  const files = readdirSync(path.resolve(__dirname, '../../dashboards'));
  expect(Object.keys(BUNDLED)).toEqual(files.sort());
  expect(pluginJson.includes).toEqual(
    Object.entries(BUNDLED).map(([file, { title }]) => ({ type: 'dashboard', name: title, path: `dashboards/${file}` }))
  );
});

describe.each(Object.entries(BUNDLED))('%s', (file, dashboard) => {
  const isNarrowed = dashboard.templating.list.some(({ type }) => type === 'adhoc');

  it('has a name that links can rely on', () => {
    expect(`${dashboard.uid}.json`).toBe(`xdplive-${file}`);
  });

  it('streams: its range ends now, and it never refreshes by itself', () => {
    expect(dashboard.time).toEqual({ from: 'now-5m', to: 'now' });
    expect(dashboard.refresh).toBe('');
  });

  it('lets a reader choose the data source and the interface', () => {
    expect(dashboard.templating.list.slice(0, 2)).toEqual(BUNDLED['live-packets.json'].templating.list.slice(0, 2));
    expect(dashboard.templating.list).toMatchObject([
      { name: 'datasource', type: 'datasource', query: pluginJson.id },
      { name: 'interface', type: 'query', query: 'interfaces' },
      ...dashboard.templating.list.slice(2),
    ]);
  });

  it('has table cells add to its ad hoc filter, where there are cells that can', () => {
    const hasCells = dashboard.panels.some(({ targets }) =>
      targets.some(({ kind }) => kind === 'packets' || kind === 'flows')
    );
    expect(dashboard.templating.list.filter(({ type }) => type === 'adhoc')).toMatchObject(
      hasCells ? [{ name: 'narrow', datasource: DATA_SOURCE, filters: [] }] : []
    );
  });

  it('leads to the others, with what the reader has chosen', () => {
    expect(dashboard.tags).toEqual(['xdp-live']);
    expect(dashboard.links).toMatchObject([{ type: 'dashboards', tags: ['xdp-live'], includeVars: true }]);
  });

  it('has a place of its own for each panel', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  describe.each(dashboard.panels.map((each) => [each.title, each.type, each] as const))('%s (%s)', (_, __, each) => {
    const rows = each.targets.slice(0, 1).flatMap(sampleRows);

    it('asks the chosen data source and interface for what the editor can ask for', () => {
      expect(each.description).not.toBe('');
      expect(each.datasource).toEqual(DATA_SOURCE);
      expect(each.targets).not.toEqual([]);
      each.targets.forEach((query) => {
        expect(query).toMatchObject({ datasource: DATA_SOURCE, interfaces: ['$interface'] });
        expect(queryFaults(query)).toEqual([]);
        // A ceiling below what it asks for would have the query refused.
        expect(query.limit).toBeUndefined();
      });
      expect(new Set(each.targets.map(({ refId }) => refId)).size).toBe(each.targets.length);
    });

    it('can be narrowed by the cells of its dashboard', () => {
      const cell = [{ key: 'source_ip', operator: '=', value: '192.0.2.7' }];
      const narrowed = isNarrowed ? each.targets.filter((query) => isUsed(query, 'filter')) : [];
      narrowed.forEach((query) => {
        const { filter } = query;
        const asked = withAdHocFilters(query, cell);
        expect(asked.filter).toBe(filter ? `(${filter}) and src host 192.0.2.7` : 'src host 192.0.2.7');
        expect(adHocFault(query, cell)).toBeUndefined();
        expect(queryFaults(asked)).toEqual([]);
      });
    });

    it('names only columns that it asks for', () => {
      const known = columnsOf(each);
      expect(columnsNamedIn(each).filter((name) => !known.includes(name))).toEqual([]);
    });

    it('sets the looks of fields that it draws', async () => {
      const frames = await drawn(each, rows);
      const fields = frames.flatMap((frame) => frame.fields.map((field) => getFieldDisplayName(field, frame)));
      const refIds = frames.map(({ refId }) => refId);
      each.fieldConfig.overrides.forEach(({ matcher }) => {
        expect(matcher.id === 'byFrameRefID' ? refIds : fields).toContain(matcher.options);
      });
    });

    it.each(['dark', 'light'] as const)('writes nothing in a colour that cannot be read in the %s theme', (mode) => {
      const theme = createTheme({ colors: { mode } });
      // WCAG 2.1, success criterion 1.4.3: the one figure of a stat is large.
      const wanted = each.type === 'stat' ? 3 : 4.5;
      const unreadable = textColorsOf(each).filter(
        (color) =>
          colorManipulator.getContrastRatio(
            theme.visualization.getColorByName(color),
            theme.colors.background.primary
          ) < wanted
      );
      expect(unreadable).toEqual([]);
    });

    it('draws something', async () => {
      expect((await drawn(each, rows)).flatMap(rowsOf)).not.toEqual([]);
    });

    it('stands a time without packets', async () => {
      const frames = await drawn(each, []);
      expect(frames).toHaveLength(each.targets.length);
      expect(
        frames
          .flatMap(rowsOf)
          .flatMap(Object.values)
          .filter((value) => value !== 0)
      ).toEqual([]);
    });

    it('leads to bundled dashboards, with what they let a reader choose', () => {
      linksOf(each).forEach(({ url }) => {
        const [, uid] = /^\/d\/([\w-]+)\//.exec(url) ?? [];
        const target = Object.values(BUNDLED).find((candidate) => candidate.uid === uid);
        const given = [...url.matchAll(/[?&](?:var-(\w+)=|\$\{(\w+):queryparam\})/g)];
        const names = given.map(([, one, other]) => one ?? other);
        expect(names).toEqual(['datasource', 'interface', 'filter']);
        const chosen = target?.templating.list.filter(({ type }) => type !== 'adhoc');
        expect(chosen?.map(({ name }) => name)).toEqual(names);
        const labels = [...url.matchAll(/__field\.labels\.(\w+)/g)].map(([, label]) => label);
        expect(each.targets.map(({ groupBy }) => groupBy)).toEqual(expect.arrayContaining(labels));
      });
    });
  });
});

/** The columns that a panel's queries ask for; of time series, the names that they have in a legend. */
function columnsOf({ targets }: Panel): string[] {
  return targets.flatMap((query) =>
    query.kind === 'rates'
      ? ['time', ...sampleRows(query).map(({ group }) => String(group))]
      : (query.columns ?? COLUMNS[query.kind ?? 'packets'].map(({ name }) => name))
  );
}
