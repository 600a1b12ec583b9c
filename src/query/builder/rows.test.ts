import type { Condition } from '../../resources/filter';
import type { FilterVerdict } from '../filterReading';

import { faultyRow, filterOf, rowsOf, unfitValue, withChange, withField, withoutRow, withRow, type Rows } from './rows';

const HOST: Condition = { field: 'host', operator: 'is', values: ['192.0.2.7'] };
const PORT: Condition = { field: 'port', operator: 'is-not', values: ['22', 'nosuch'] };
const ROWS = rowsOf({ joint: 'and', conditions: [HOST, PORT] });
const FILTER = 'host 192.0.2.7 and not port (22 or nosuch)';

it('are one without a value where there is no condition', () => {
  const none = rowsOf({ joint: 'or', conditions: [] });
  expect(none).toEqual({ joint: 'or', rows: [{ id: 0, field: 'host', operator: 'is', values: [] }] });
  expect(filterOf(none)).toBe('');
});

it('make a filter without those that lack a value', () => {
  expect(filterOf(ROWS)).toBe(FILTER);
  const more = withRow(ROWS);
  expect(more.rows.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(filterOf(more)).toBe(FILTER);
  expect(filterOf(withChange(more, 0, { values: [] }))).toBe('not port (22 or nosuch)');
  expect(filterOf(withoutRow(more, 1))).toBe('host 192.0.2.7');
});

it('are never none', () => {
  const [last] = withoutRow(withoutRow(ROWS, 0), 1).rows;
  expect(last?.values).toEqual([]);
});

it('keep with another field what can be said of it, too', () => {
  expect(withField(HOST, 'source-host')).toEqual({ ...HOST, field: 'source-host' });
  expect(withField(HOST, 'net')).toEqual({ ...HOST, field: 'net' });
  expect(withField(HOST, 'port')).toEqual({ field: 'port', operator: 'is', values: [] });
  expect(withField(PORT, 'udp-port')).toEqual({ ...PORT, field: 'udp-port' });
  expect(withField(PORT, 'tcp-flag')).toEqual({ field: 'tcp-flag', operator: 'set', values: [] });
  expect(withField({ field: 'ttl', operator: 'less', values: ['5'] }, 'length').operator).toBe('less');
});

it('know a value that would be more than one', () => {
  expect(unfitValue(PORT)).toBeUndefined();
  expect(unfitValue({ ...HOST, values: ['$host', '1)'] })).toBe('1)');
});

describe('with a fault', () => {
  const fault = (column: number, length: number): FilterVerdict => ({
    state: 'fault',
    text: FILTER,
    fault: { column, length, word: '', message: '' },
    isInterpolated: false,
  });

  it.each([
    [6, 9, 0],
    [1, 4, 0],
    [36, 6, 1],
    [20, 3, 1],
    [FILTER.length + 1, 0, 1],
    [1, FILTER.length, undefined],
  ])('at %i, %i is that of row %s', (column, length, row) => {
    expect(faultyRow(ROWS, FILTER, fault(column, length))).toBe(row);
  });

  it('elsewhere are not at fault', () => {
    expect(faultyRow(ROWS, `${FILTER} `, fault(6, 9))).toBeUndefined();
    expect(faultyRow(ROWS, FILTER, { ...fault(6, 9), isInterpolated: true } as FilterVerdict)).toBeUndefined();
    expect(faultyRow(ROWS, FILTER, { state: 'meaning', meaning: '' })).toBeUndefined();
    expect(faultyRow(ROWS, FILTER, undefined)).toBeUndefined();
  });

  it('are counted without those that lack a value', () => {
    const rows: Rows = withChange(ROWS, 0, { values: [] });
    const text = filterOf(rows);
    expect(faultyRow(rows, text, fault(18, 6))).toBe(1);
  });
});
