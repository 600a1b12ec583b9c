import examples from '../../testdata/filters/variables.json';

import { filterFault } from './filterVariables';
import { interpolateQuery } from './interpolate';
import type { XdpQuery } from './model';

/**
 * Stands in for a dashboard's variables: a value that is a list is one with several values. As in Grafana, a format that
 * stands in the text goes before the one that is asked for.
 */
function variables(values: Record<string, string | string[]>) {
  return {
    replace(
      text = '',
      _scopedVars?: unknown,
      format?: string | ((value: string | string[], variable?: object) => string)
    ) {
      const reference = /\$(\w+)|\$\{(\w+)(?:\.\w+)?(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]/g;
      return text.replace(reference, (all: string, ...groups: Array<string | undefined>) => {
        const [plain, braced, inBraces, bracketed, inBrackets] = groups;
        const name = plain ?? braced ?? bracketed ?? '';
        const value = values[name];
        if (value === undefined || typeof format !== 'function') {
          return all;
        }
        return (inBraces ?? inBrackets) === undefined ? format(value, { name }) : [value].flat().join(',');
      });
    },
  };
}

it('puts the value of a variable in place', () => {
  const query = { refId: 'A', interfaces: ['$interface'] };
  expect(interpolateQuery(query, variables({ interface: 'eth0' }), {}).interfaces).toEqual(['eth0']);
});

it('makes several interfaces of a variable with several values, each once', () => {
  const query = { refId: 'A', interfaces: ['$interface', 'eth1'] };
  const replaced = interpolateQuery(query, variables({ interface: ['eth0', 'eth1'] }), {});
  expect(replaced.interfaces).toEqual(['eth0', 'eth1']);
});

it.each(['${interface:csv}', '[[interface:pipe]]'])('makes as many of %s', (interfaces) => {
  const replaced = interpolateQuery(
    { refId: 'A', interfaces: [interfaces] },
    variables({ interface: ['eth0', 'eth1'] }),
    {}
  );
  expect(replaced.interfaces).toEqual(['eth0', 'eth1']);
});

it('lets any interface stand for those named beside it', () => {
  const query = { refId: 'A', interfaces: ['$interface'] };
  expect(interpolateQuery(query, variables({ interface: ['eth0', 'any'] }), {}).interfaces).toEqual(['any']);
});

it('leaves the key out where nothing is named', () => {
  const templates = variables({ interface: '' });
  expect(interpolateQuery({ refId: 'A', interfaces: ['$interface'] }, templates, {})).toEqual({ refId: 'A' });
  expect(interpolateQuery({ refId: 'A', interfaces: [], columns: [] }, templates, {})).toEqual({ refId: 'A' });
});

it('leaves an unknown variable for the back end to refuse by name', () => {
  const query = { refId: 'A', interfaces: ['$nowhere'] };
  expect(interpolateQuery(query, variables({}), {}).interfaces).toEqual(['$nowhere']);
});

it('changes nothing else', () => {
  const query = { refId: 'A', kind: 'packets' as const, columns: ['time', 'ttl'], limit: 5, rowsKept: 7 };
  expect(interpolateQuery(query, variables({}), {})).toEqual(query);
});

describe('a filter', () => {
  const expanded = (filter: string, values: Record<string, string | string[]>) =>
    interpolateQuery({ refId: 'A', filter }, variables(values), {});

  it.each([
    ['udp port 53', 'udp port 53'],
    ['host $host', 'host 10.0.0.1'],
    ['host $hosts', 'host {10.0.0.1,10.0.0.2}'],
    ['host ($hosts or 10.0.0.9)', 'host ({10.0.0.1,10.0.0.2} or 10.0.0.9)'],
    ['net $nets and port $one', 'net {192.0.2.0/24,2001:db8::/32} and port 53'],
    ['net 10.$one.0.0/16', 'net 10.53.0.0/16'],
    ['host {192.0.2.1,$host}', 'host {192.0.2.1,10.0.0.1}'],
  ])('"%s" becomes "%s"', (filter, text) => {
    const values = {
      host: '10.0.0.1',
      hosts: ['10.0.0.1', '10.0.0.2'],
      nets: ['192.0.2.0/24', '2001:db8::/32'],
      ports: ['53', '80'],
      one: ['53'],
    };
    expect(expanded(filter, values)).toEqual({ refId: 'A', filter: text });
  });

  it.each([
    ['$filter', 'udp port 1900 and (ttl 1 or ttl 2)'],
    [' $filter ', ['not (tcp)']],
  ])('takes all of its text from the variable in "%s"', (filter, value) => {
    expect(expanded(filter, { filter: value }).filter?.trim()).toBe([value].flat()[0]);
    expect(filterFault(filter, variables({ filter: value }), {})).toBeUndefined();
  });

  it.each([
    ['($filter) and tcp', 'udp or (arp)', '({udp or (arp)}) and tcp'],
    ['tcp and not $filter', 'udp or arp', 'tcp and not {udp or arp}'],
    ['${filter} and tcp', ['udp or arp'], '{udp or arp} and tcp'],
    ['($filter) and tcp', 'udp', '(udp) and tcp'],
    ['($filter) and tcp', '', '({}) and tcp'],
    ['($filter) and tcp', '$__all', '({}) and tcp'],
    // Whether one can stand there is for the back end to say.
    ['host $filter', '10.0.0.1 or tcp', 'host {10.0.0.1 or tcp}'],
    ['host ${filter:raw}', '10.0.0.1 or tcp', 'host {10.0.0.1 or tcp}'],
    ['host [[filter:raw]]', '10.0.0.1 or tcp', 'host {10.0.0.1 or tcp}'],
  ])('keeps a filter in braces: "%s" with %j', (filter, value, asked) => {
    expect(filterFault(filter, variables({ filter: value }), {})).toBeUndefined();
    expect(expanded(filter, { filter: value })).toEqual({ refId: 'A', filter: asked });
  });

  it.each([
    ['', {}],
    [' ', {}],
    ['$filter', { filter: '' }],
    ['$filter', { filter: [] }],
    ['$filter', { filter: '  ' }],
  ])('leaves the query where it is "%s" with %j', (filter, values) => {
    expect(expanded(filter, values)).toStrictEqual({ refId: 'A' });
  });

  it('leaves an unknown variable for the back end to refuse by name', () => {
    expect(expanded('host $nowhere', {}).filter).toBe('host $nowhere');
    expect(filterFault('host $nowhere', variables({}), {})).toBeUndefined();
  });

  it.each([
    ['tcp and $host', 'udp} or {arp', 'udp} or {arp'],
    ['host $host', '10.0.0.1}', '10.0.0.1}'],
    ['host ($host)', ['10.0.0.1', '', 'a\nb'], 'a\nb'],
    ['$host', ['udp port 53', 'tcp'], 'udp port 53'],
    ['$host or $host', ['tcp', 'not'], 'not'],
    ['host ${host:csv}', ['10.0.0.1', '1,2'], '1,2'],
  ])('says that "%s" cannot take %j', (filter, host, wrong) => {
    expect(filterFault(filter, variables({ host }), {})).toBe(
      `filter: "${wrong}" is not allowed as the value of the variable "host"; within a filter it takes words of letters, digits and . : - _ /, and not and, or, not; or one filter without braces, where a condition can stand`
    );
    expect(expanded(filter, { host }).filter).toBe(filter);
  });

  it.each(['host ${hosts:csv}', 'host [[hosts:pipe]]', 'host ${hosts.value:raw}', 'host ${hosts}', 'host [[hosts]]'])(
    'makes a list of several values in "%s"',
    (filter) => {
      expect(expanded(filter, { hosts: ['10.0.0.1', '10.0.0.2'] }).filter).toBe('host {10.0.0.1,10.0.0.2}');
    }
  );

  it.each(['eth0', '00:00:5e:00:53:01', '192.0.2.0/24', '8000-8080', 'my_name'])('can take "%s"', (value) => {
    expect(filterFault('x $value', variables({ value }), {})).toBeUndefined();
    expect(expanded('x $value', { value }).filter).toBe(`x ${value}`);
  });

  it('takes numbers, such as the interval in ms', () => {
    const templates = {
      replace: (text = '', _: unknown, format?: unknown) =>
        text.replace('$n', () => (typeof format === 'function' ? (format as (value: number) => string)(64) : '')),
    };
    expect(interpolateQuery({ refId: 'A', filter: 'ttl $n' }, templates, {}).filter).toBe('ttl 64');
  });
});

describe('filters with variables', () => {
  const templates = variables(examples.variables);

  // The back end's tests read what is expected here, and compare it with what is meant.
  it.each(examples.filters)('"$filter" becomes "$expected"', ({ filter, expected }) => {
    expect(interpolateQuery({ refId: 'A', filter }, templates, {})).toEqual({ refId: 'A', filter: expected });
    expect(filterFault(filter, templates, {})).toBeUndefined();
  });

  // And refuse these.
  it.each(examples.refused)('"$filter" with "$value" becomes "$expected"', ({ filter, value, expected }) => {
    expect(interpolateQuery({ refId: 'A', filter }, variables({ x: value }), {}).filter).toBe(expected);
  });

  it.each(['and', 'NOT', '(', '10.0.0.1)or(tcp', '!tcp', 'tcp&&udp', '1\t2', 'ip[8]', 'a,b', '\u00010\u0002', 'ö'])(
    'cannot take the value %j beside another, and alone it is in braces',
    (value) => {
      const asked = (host: string | string[]) =>
        interpolateQuery({ refId: 'A', filter: 'host $host' }, variables({ host }), {}).filter;
      expect(filterFault('host $host', variables({ host: ['10.0.0.1', value] }), {})).toContain(`"${value}" is not`);
      expect(asked(['10.0.0.1', value])).toBe('host $host');
      expect(asked(value)).toBe(`host {${value}}`);
    }
  );
});

describe('other keys', () => {
  const templates = variables({ by: 'protocol', way: ['in', 'out'], none: '', columns: ['ttl', 'vlan'], evil: 'a b' });
  const of = (query: object) => interpolateQuery({ refId: 'A', ...query }, templates, {});

  it('take variables, for the back end to check', () => {
    expect(of({ kind: 'rates', groupBy: '$by', measure: '$none' })).toEqual({
      refId: 'A',
      kind: 'rates',
      groupBy: 'protocol',
    });
    expect(of({ kind: 'rates', groupBy: '[[by]]', direction: '${way:csv}' })).toMatchObject({
      groupBy: 'protocol',
      direction: 'in out',
    });
    expect(of({ direction: '$way', since: '$evil', decapsulate: '$evil' })).toEqual({
      refId: 'A',
      direction: 'in out',
      since: 'a b',
      decapsulate: 'a b',
    });
  });

  it('make several columns of a variable with several values, each once', () => {
    expect(of({ columns: ['time', '$columns', 'ttl'] }).columns).toEqual(['time', 'ttl', 'vlan']);
    expect(of({ columns: ['$none'] })).toEqual({ refId: 'A' });
  });

  it('are names of interfaces one by one, for the back end to check', () => {
    expect(of({ interfaces: ['$evil'] }).interfaces).toEqual(['a', 'b']);
  });
});

describe('numbers', () => {
  const asked = (values: Record<string, string>) =>
    interpolateQuery(
      { refId: 'A', limit: '$limit', interval: '${interval}', top: '$top', rowsKept: '$rows' },
      variables(values),
      {}
    );

  it('are those that variables hold', () => {
    const values = { limit: '50', interval: '2000', top: '5', rowsKept: '7', rows: '9' };
    expect(asked(values)).toEqual({ refId: 'A', limit: 50, interval: 2_000, top: 5, rowsKept: 9 });
  });

  it('are the defaults where a variable holds nothing, and stay for the back end to refuse where it holds no number', () => {
    expect(asked({ limit: '', interval: '1s', top: '-3' })).toEqual({
      refId: 'A',
      limit: undefined,
      interval: '1s',
      top: '-3',
      rowsKept: '$rows',
    });
  });
});

it('puts machines in place of variables', () => {
  const query: XdpQuery = { refId: 'A', hosts: ['$host', 'site=$site', 'db'] };
  const { hosts } = interpolateQuery(query, variables({ host: ['web1', 'web2'], site: 'fra' }), {});
  expect(hosts).toEqual(['web1', 'web2', 'site=fra', 'db']);
  expect(interpolateQuery({ refId: 'A', hosts: ['$host'] }, variables({ host: '' }), {})).toEqual({ refId: 'A' });
});

describe('a query of a later version', () => {
  const saved = {
    refId: 'A',
    version: 2,
    kind: 'histogram',
    interfaces: ['any', '!veth*'],
    filter: '',
    columns: [],
    limit: null,
    places: ['$host'],
    buckets: { from: 1, to: [2] },
  } as unknown as XdpQuery;

  it('is asked as it was saved, but for variables where they can stand', () => {
    expect(interpolateQuery(saved, variables({ host: 'a' }), {})).toStrictEqual(saved);
    expect(interpolateQuery({ ...saved, filter: 'host $host' }, variables({ host: '10.0.0.1' }), {})).toStrictEqual({
      ...saved,
      filter: 'host 10.0.0.1',
    });
  });
});
