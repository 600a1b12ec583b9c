import { interpolateQuery } from './interpolate';

/** Stands in for a dashboard's variables: a value that is a list is one with several values. */
function variables(values: Record<string, string | string[]>) {
  return {
    replace(text = '', _scopedVars?: unknown, format?: string | ((value: string | string[]) => string)) {
      return text.replace(/\$(\w+)/g, (reference, name: string) => {
        const value = values[name];
        return value === undefined || typeof format !== 'function' ? reference : format(value);
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
