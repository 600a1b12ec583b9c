import { readMaxLimit } from './maxLimit';

it.each([
  ['', null, { state: 'none' }],
  ['  ', 500, { state: 'none' }],
  ['1', 500, { state: 'rows', rows: 1 }],
  [' 500 ', 500, { state: 'rows', rows: 500 }],
  ['4294967295', null, { state: 'rows', rows: 4_294_967_295 }],
])('%j under %j is %j', (text, administrators, expected) => {
  expect(readMaxLimit(text, administrators)).toEqual(expected);
});

it.each(['0', '-1', '501', '1.5', '1e2', '0x10', '5 00', 'none', '∞'])('%j is no ceiling under 500', (text) => {
  expect(readMaxLimit(text, 500)).toEqual({
    state: 'wrong',
    reason: `"${text}" is not a whole number from 1 to 500, which is max_limit in grafana.ini. It is not saved.`,
  });
});

it('has a bound where the administrator sets none', () => {
  expect(readMaxLimit('4294967296', null)).toEqual({
    state: 'wrong',
    reason: '"4294967296" is not a whole number from 1 to 4,294,967,295. It is not saved.',
  });
});
