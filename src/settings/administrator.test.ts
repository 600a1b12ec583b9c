import { serverSettings } from '../testing/serverSettings';

import { ceilingNote, fixedHook, interfacesNote, otherSettings, ownPortsNote } from './administrator';

it('knows a hook that is set for all, and a data source that contradicts it', () => {
  expect(fixedHook(serverSettings(), 'tcx')).toBeUndefined();
  const set = serverSettings({ hook: 'tcx' });
  const note = 'Set to tcx for all data sources by hook in grafana.ini.';
  expect(fixedHook(set)).toEqual({ hook: 'tcx', isContradicted: false, note });
  expect(fixedHook(set, 'tcx')?.isContradicted).toBe(false);
  expect(fixedHook(set, 'xdp-native')?.isContradicted).toBe(true);
});

it('says which interfaces may be watched at all', () => {
  expect(interfacesNote(serverSettings())).toBe(
    'The administrator of the server allows every interface (interfaces in grafana.ini).'
  );
  expect(interfacesNote(serverSettings({ interfaces: ['eth*', 'wg0'] }))).toBe(
    'Bounded by interfaces in grafana.ini, which allows eth*, wg0: nothing beyond that can be watched.'
  );
});

it('says what bounds the rows per second', () => {
  expect(ceilingNote(serverSettings(), undefined)).toBe('Bounded by the default of max_limit in grafana.ini, 10,000.');
  const set = serverSettings({ max_limit: 500 });
  expect(ceilingNote(set, 500)).toBe('Bounded by max_limit = 500 in grafana.ini.');
  expect(ceilingNote(set, 501)).toBe('Bounded by max_limit = 500 in grafana.ini. That holds, because it is lower.');
  expect(ceilingNote(serverSettings({ max_limit: null }), 7)).toBe('max_limit = none in grafana.ini sets no bound.');
});

it('says which packets are own traffic', () => {
  expect(ownPortsNote(serverSettings())).toEqual({
    isNone: false,
    note: 'Its TCP ports are those on which Grafana listens: 3000.',
  });
  expect(ownPortsNote(serverSettings({ own_ports: [443, 3_000] }))).toEqual({
    isNone: false,
    note: 'Its TCP ports are set to 443, 3000 by own_ports in grafana.ini.',
  });
  expect(ownPortsNote(serverSettings({ own_ports: [] }))).toEqual({
    isNone: true,
    note: 'In grafana.ini, own_ports is none. So no traffic counts as own, and this switch has no effect.',
  });
});

it('lists what else is set, and no defaults', () => {
  expect(otherSettings(serverSettings({ hook: 'tcx' }))).toEqual([]);
  const listed = otherSettings(serverSettings({ header_bytes: 0, watch: ['eth0', 'wg0'] }));
  expect(listed.map(({ name, value }) => `${name} = ${value}`)).toEqual(['header_bytes = 0', 'watch = eth0 wg0']);
});

it('lists every setting that no field narrows', () => {
  const expected = Object.keys(serverSettings().settings).filter(
    (name) => !['interfaces', 'hook', 'max_limit', 'own_ports'].includes(name)
  );
  const made = { ring_bytes: 4_096, queue_rows: 7, log_level: 'debug', flow_entries: 2_048 };
  const others = { header_bytes: 1, watch: ['eth0'], linger_seconds: 5, history_seconds: 60, history_rows: 0 };
  const servers = { nats_servers: ['nats://10.0.0.1:4222'], processes: true };
  const files = { country_file: '/usr/share/GeoIP/country.mmdb', asn_file: '/usr/share/GeoIP/asn.mmdb' };
  const names = { ...files, dns_answers: true, reverse_lookups: false };
  const listed = otherSettings(serverSettings({ ...made, ...others, ...servers, ...names }));
  expect(listed.map(({ name }) => name).sort()).toEqual(expected.sort());
  expect(listed.map(({ name, value }) => `${name} = ${value}`)).toEqual(
    expect.arrayContaining([
      'ring_bytes = 4096',
      'queue_rows = 7',
      'log_level = debug',
      'asn_file = /usr/share/GeoIP/asn.mmdb',
      'reverse_lookups = false',
    ])
  );
});

it('does without settings that an older back end does not know', () => {
  const { settings, ...rest } = serverSettings({ watch: ['eth0'] });
  const known = Object.fromEntries(Object.entries(settings).filter(([name]) => name !== 'queue_rows'));
  expect(otherSettings({ ...rest, settings: known as typeof settings }).map(({ name }) => name)).toEqual(['watch']);
});
