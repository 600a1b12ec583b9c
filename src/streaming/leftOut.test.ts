import { leftOut, type AskedHook } from './leftOut';

const asked = (row: Partial<AskedHook> = {}): AskedHook => ({
  host: null,
  interface: 'eth3',
  direction: 'in',
  state: 'refused',
  reason: null,
  ...row,
});

const bothWays = (row: Partial<AskedHook>) => [asked(row), asked({ ...row, direction: 'out' })];

const veths = (total: number, row: Partial<AskedHook> = {}) =>
  Array.from({ length: total }, (_, index) => asked({ interface: `veth${index}`, ...row }));

const MANY = (counts: string, names: string) =>
  `Left out: ${counts}, such as ${names}; the dashboard "Capture health" lists them.`;

it.each([
  ['there is nothing', []],
  ['all is attached', bothWays({ state: 'attached', reason: 'asked for' })],
  ['the back end tells no state', bothWays({ state: undefined })],
  ['it is in another state', bothWays({ state: 'absent' })],
])('says nothing where %s', (_, hooks) => {
  expect(leftOut(hooks, ['refused'])).toBe(false);
});

it.each([
  ['one direction beside one that is attached', [asked(), asked({ direction: 'out', state: 'attached' })], 'eth3 in'],
  ['all that is asked for', bothWays({}), 'eth3'],
  ['the only direction that is asked for', [asked({ direction: 'out' })], 'eth3'],
])('names %s', (_, hooks, place) => {
  expect(leftOut(hooks, ['refused'])).toBe(`Left out: ${place} (refused).`);
});

it('gives the reason, and each direction one of its own', () => {
  const hooks = [asked({ reason: 'not supported there.' }), asked({ direction: 'out', reason: 'no TCX' })];
  expect(leftOut(hooks, ['refused'])).toBe(
    'Left out: eth3 in (refused: not supported there), eth3 out (refused: no TCX).'
  );
});

it.each([
  [1, '10 s'],
  [10, '10 s'],
  [11, 'a minute'],
  [60, 'a minute'],
  [61, '2 minutes'],
  [300, '5 minutes'],
])('tells what is tried again in %d s in words that do not count down: within %s', (seconds, within) => {
  const hooks = [asked({ reason: `not supported there; tried again in ${seconds} s` })];
  expect(leftOut(hooks, ['refused'])).toBe(
    `Left out: eth3 (refused: not supported there; tried again within ${within}).`
  );
});

it('tells up to three places one by one, in the order in which they come', () => {
  const hooks = [
    ...bothWays({ interface: 'wg0', state: 'absent' }),
    asked({ state: 'attaching' }),
    asked({ interface: 'lo' }),
  ];
  expect(leftOut(hooks, ['attaching', 'absent'])).toBe('Left out: wg0 (absent), eth3 (attaching).');
  expect(leftOut(veths(3), ['refused'])).toBe('Left out: veth0 (refused), veth1 (refused), veth2 (refused).');
});

it('counts more interfaces than three by their state, each once', () => {
  const three = 'veth0 (refused), veth1 (refused), veth2 (refused)';
  expect(leftOut(veths(4), ['refused'])).toBe(MANY('4 interfaces refused', three));
  const hooks = [...veths(1_200), ...veths(1_200, { direction: 'out' })];
  expect(leftOut(hooks, ['refused'])).toBe(MANY('1,200 interfaces refused', three));
  const mixed = [...veths(3, { state: 'absent' }), asked({ state: 'attaching' })];
  expect(leftOut(mixed, ['attaching', 'absent'])).toBe(
    MANY('1 interface attaching, 3 interfaces absent', 'veth0 (absent), veth1 (absent), veth2 (absent)')
  );
});

describe('where not all are listed', () => {
  it('says how many interfaces there are at least, from the number of their directions', () => {
    const hooks = [...bothWays({}), ...bothWays({ interface: 'eth0', state: 'attached' })];
    expect(leftOut(hooks, ['refused'], { refused: 25 })).toBe(MANY('at least 13 interfaces refused', 'eth3 (refused)'));
    expect(leftOut([asked()], ['refused'], { refused: 25 })).toBe(
      MANY('at least 25 interfaces refused', 'eth3 (refused)')
    );
  });

  it('counts also a state of which none is listed', () => {
    expect(leftOut(bothWays({}), ['attaching', 'absent'], { refused: 300, attaching: 5 })).toBe(
      'Left out: at least 3 interfaces attaching; the dashboard "Capture health" lists them.'
    );
  });

  it.each([{ refused: 2 }, { refused: 0 }, { absent: 300 }, {}])('is not changed by %j', (counts) => {
    expect(leftOut(bothWays({}), ['refused'], counts)).toBe('Left out: eth3 (refused).');
  });
});
