import { colorManipulator, createTheme, getFieldDisplayName, stringToJsRegex } from '@grafana/data';

import pluginJson from '../plugin.json';
import { SERVICES } from '../../dashboards/source/services';
import { HOST } from '../fields/hostPage';
import { linksOfColumn, linksOfGroup } from '../fields/links';
import { adHocFault, withAdHocFilters } from '../query/adHocFilters';
import { isUsed } from '../query/kinds';
import { queryFaults } from '../testing/queryFaults';

import { BUNDLED, panelOf } from './bundled';
import { linksOf, textColorsOf } from './linksAndColors';
import { drawn, rowsOf } from './panelPipeline';
import { sampleRows } from './samples';

const DATA_SOURCE = { type: pluginJson.id, uid: '${datasource}' };

const THIS_DASHBOARD = { type: 'datasource', uid: '-- Dashboard --' };

/** Grafana's names of the units that there are: SI, a count, or no unit at all. */
const UNITS = [
  'bps',
  'pps',
  'count:p/s',
  'decbytes',
  'locale',
  'percent',
  'ns',
  'time:HH:mm:ss.SSS',
  'time:HH:mm:ss',
  'none',
];

it('are those that the plugin brings, the first page first', () => {
  expect(pluginJson.includes).toEqual(
    Object.entries(BUNDLED).map(([file, { title }]) => ({ type: 'dashboard', name: title, path: `dashboards/${file}` }))
  );
  expect(pluginJson.includes[0]?.name).toBe('Overview');
});

describe.each(Object.entries(BUNDLED))('%s', (file, dashboard) => {
  it('has a name that links can rely on', () => {
    expect(`${dashboard.uid}.json`).toBe(`xdplive-${file}`);
  });

  it('streams: its range ends now, and it never refreshes by itself', () => {
    expect(dashboard.time.from).toMatch(/^now-\d+[mh]$/);
    expect(dashboard.time.to).toBe('now');
    expect(dashboard.refresh).toBe('');
  });

  it('shows the same moment in all panels', () => {
    expect(dashboard.graphTooltip).toBe(1);
  });

  it('lets a reader choose data source, interface and packets, and narrow them by cells', () => {
    expect(dashboard.templating.list).toMatchObject([
      { name: 'datasource', type: 'datasource', query: pluginJson.id },
      { name: 'machine', type: 'query', query: 'machines', includeAll: true, allValue: '*', multi: true },
      { name: 'interface', type: 'query', query: 'interfaces' },
      // The host that a dashboard is about.
      ...(file === 'host.json' ? [{ name: 'address', type: 'query', query: 'hosts', multi: false }] : []),
      { name: 'filter', type: 'textbox', query: '', label: 'Filter' },
      { name: 'narrow', type: 'adhoc', datasource: DATA_SOURCE },
    ]);
  });

  it('leads to the others, with what the reader has chosen', () => {
    expect(dashboard.tags).toEqual(['xdp-live']);
    expect(dashboard.links.slice(0, 1)).toMatchObject([
      { type: 'dashboards', tags: ['xdp-live'], includeVars: true, keepTime: true },
    ]);
    // Grafana has others in a menu.
    expect(dashboard.links.every(({ placement }) => placement === undefined)).toBe(true);
  });

  it('has a place of its own for each panel, which can be read on a screen of 1280 pixels', () => {
    const cells = dashboard.panels.flatMap(({ type, gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      expect(w).toBeGreaterThanOrEqual(type === 'stat' ? 4 : 6);
      expect(h).toBeGreaterThanOrEqual(type === 'stat' ? 4 : 7);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
  });

  it('asks once for what several panels draw', () => {
    const asked = dashboard.panels
      .filter(({ targets }) => targets.every(({ panelId }) => panelId === undefined))
      .map(({ targets }) => JSON.stringify(targets.map((target) => ({ ...target, refId: undefined }))));
    expect(new Set(asked).size).toBe(asked.length);
  });

  describe.each(dashboard.panels.map((each) => [each.title, each] as const))('%s', (_, each) => {
    const rows = each.queries.slice(0, 1).flatMap(sampleRows);

    it('says what it shows', () => {
      expect(each.description).toMatch(/^[A-Z].{30,}[.)]$/s);
    });

    it('asks the chosen data source and interface for what the editor can ask for, or shares what another asks', () => {
      expect(each.queries).not.toEqual([]);
      const isShared = each.targets.some(({ panelId }) => panelId !== undefined);
      expect(each.datasource).toEqual(isShared ? THIS_DASHBOARD : DATA_SOURCE);
      expect(
        each.targets.every(({ datasource }) => JSON.stringify(datasource) === JSON.stringify(each.datasource))
      ).toBe(true);
      each.queries.forEach((query) => {
        expect(query).toMatchObject({ datasource: DATA_SOURCE, interfaces: ['$interface'], hosts: ['$machine'] });
        expect(queryFaults(query)).toEqual([]);
        // A ceiling below what it asks for would have the query refused.
        expect(query.limit).toBeUndefined();
      });
      expect(new Set(each.queries.map(({ refId }) => refId)).size).toBe(each.queries.length);
    });

    it("is of the packets that the reader's filter wants, where it can have one", () => {
      each.queries.forEach((query) => {
        expect(query.filter ?? '').toMatch(isUsed(query, 'filter') ? /^(\$filter$|\(\$filter\) and )/ : /^$/);
      });
    });

    it('can be narrowed by the cells of its dashboard', () => {
      const cell = [{ key: 'source_ip', operator: '=', value: '192.0.2.7' }];
      each.queries
        .filter((query) => isUsed(query, 'filter'))
        .forEach((query) => {
          expect(withAdHocFilters(query, cell).filter).toBe(`(${query.filter ?? ''}) and src host 192.0.2.7`);
          expect(adHocFault(query, cell)).toBeUndefined();
        });
    });

    it('sets the looks of fields that it draws', async () => {
      const frames = await drawn(each, rows);
      const fields = frames.flatMap((frame) => frame.fields.map((field) => getFieldDisplayName(field, frame)));
      const ports = each.queries.some(({ groupBy }) => groupBy?.endsWith('_port')) ? [...SERVICES.keys()] : [];
      const known = {
        byFrameRefID: frames.map(({ refId }) => refId),
        byName: [...fields, ...ports.map(String)],
      };
      each.fieldConfig.overrides.forEach(({ matcher: { id, options } }) => {
        if (id === 'byRegexp') {
          expect(fields.some((name) => stringToJsRegex(options).test(name))).toBe(true);
        } else {
          expect(known[id as keyof typeof known]).toContain(options);
        }
      });
    });

    it('has units of one system', () => {
      const { defaults, overrides } = each.fieldConfig;
      const units = overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit'));
      expect(UNITS).toEqual(expect.arrayContaining(units.map(({ value }) => value)));
      expect([undefined, ...UNITS]).toContain(defaults.unit);
    });

    it.each(['dark', 'light'] as const)('writes nothing in a colour that cannot be read in the %s theme', (mode) => {
      const theme = createTheme({ colors: { mode } });
      // WCAG 2.1, success criterion 1.4.3: the figures of a stat are large.
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
      expect(frames).toHaveLength(each.queries.length);
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
        const isToHost = uid === BUNDLED['host.json'].uid;
        expect(names).toEqual(['datasource', 'machine', 'interface', ...(isToHost ? ['address'] : []), 'filter']);
        const chosen = target?.templating.list.filter(({ type }) => type !== 'adhoc');
        expect(chosen?.map(({ name }) => name)).toEqual(names);
        expect(url).toMatch(/&\$\{__url_time_range\}$/);
        const labels = [...url.matchAll(/__field\.labels\.(\w+)/g)].map(([, label]) => label);
        expect(each.queries.map(({ groupBy }) => groupBy)).toEqual(expect.arrayContaining(labels));
      });
    });
  });
});

it('leads from the packets to a file of them, by an address that Grafana takes for no page of its own', () => {
  const link = BUNDLED['live-packets.json'].links.find(({ title }) => title === 'pcapng file');
  expect(link?.targetBlank).toBe(true);
  const values = new Map([
    ['datasource', 'uid-1'],
    ['interface:json', '["eth0","wg0"]'],
    ['filter:percentencode', encodeURIComponent('tcp[13] & 2 != 0')],
  ]);
  const text = (link?.url ?? '').replace(/\$\{([^}]+)\}/g, (_, name: string) => values.get(name) ?? '');
  const url = new URL(text, 'http://localhost');
  expect(url.pathname).toBe('/api/datasources/uid/uid-1/resources/pcapng');
  expect(JSON.parse(url.searchParams.get('query') ?? '')).toEqual({
    interfaces: ['eth0', 'wg0'],
    filter: 'tcp[13] & 2 != 0',
    seconds: 30,
    count: 10_000,
  });
});

const linksOfOverview = (panels: string[]) =>
  panels.flatMap((title) => linksOf(panelOf(BUNDLED['overview.json'], title)).map(({ url }) => url));

it('leads from a host to its conversations', () => {
  const leading = ['Top talkers in, by source', 'Top talkers out, by destination', 'Hosts first seen'];
  const urls = linksOfOverview(leading).filter((url) => !url.startsWith(`/d/${HOST}/`));
  expect(urls.map((url) => /var-filter=(.*?)&/.exec(url)?.[1])).toEqual([
    'host ${__field.labels.source}',
    'host ${__field.labels.destination}',
    'host ${__value.text}',
  ]);
  expect(urls.every((url) => url.startsWith(`/d/${BUNDLED['conversations.json'].uid}/`))).toBe(true);
});

it('leads from a host to all that is known of it, whatever filter its page had', () => {
  const [url, ...others] = linksOfOverview(['Hosts first seen']).filter((each) => each.startsWith(`/d/${HOST}/`));
  expect(url).toContain('&var-address=${__value.text}&var-filter=&');
  expect(others).toEqual([]);
});

describe('addresses', () => {
  const target = {
    pages: () => ({ packets: () => '/packets', host: () => '/host', haveMachines: false }),
    scope: { machines: [], interfaces: [] },
    decapsulate: undefined,
  };
  const ADDRESSES = ['source_ip', 'destination_ip'];
  const OF_PEERS = ['source', 'destination', 'host_ip'] as const;
  const panels = Object.entries(BUNDLED).flatMap(([file, { panels: all }]) =>
    all.flatMap((panel) => panel.queries.map((query) => [`${file}: ${panel.title}`, panel, query] as const))
  );

  it.each(panels)('lead to the page of their host: %s', (_, panel, query) => {
    const isOfRows = ['packets', 'flows', 'drops'].includes(query.kind ?? 'packets');
    const ofColumns = isOfRows ? (query.columns ?? []).filter((name) => ADDRESSES.includes(name)) : [];
    ofColumns.forEach((name) => {
      expect(linksOfColumn(name, target).map(({ title }) => title)).toContain('Open host');
    });
    const ofGroups = OF_PEERS.filter((group) => group === query.groupBy);
    ofGroups.forEach((group) => {
      // Rows of counts have no links but those of their dashboard.
      const titles =
        query.columns === undefined
          ? linksOfGroup(group, '192.0.2.7', target).map(({ title }) => title)
          : linksOf(panel).map(({ title }) => title);
      expect(titles.some((title) => title.startsWith('Open host'))).toBe(true);
    });
  });

  it('have their names beside them in tables, where the back end has names', () => {
    const without = panels
      .filter(([, { type }]) => type === 'table')
      .filter(([, , { columns = [] }]) => columns.includes('source_ip') && !columns.includes('source_name'));
    expect(without).toEqual([]);
  });
});
