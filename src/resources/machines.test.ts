import { describeMachine, type Machine } from './machines';

const WEB: Machine = {
  name: 'web1',
  labels: { site: 'fra' },
  state: 'here',
  reason: null,
  release: '0.1.0',
  clockAhead: 3,
  clockBound: 1,
};

it.each([
  [{}, 'site=fra'],
  [{ state: 'unreachable' as const, reason: 'not heard of for 3 s' }, 'unreachable: not heard of for 3 s · site=fra'],
  [{ clockAhead: -7200_000 }, 'site=fra · clock -7200 s ahead'],
  [{ labels: {}, clockAhead: null }, ''],
])('with %j, a machine is described as "%s"', (change, text) => {
  expect(describeMachine({ ...WEB, ...change })).toBe(text);
});
