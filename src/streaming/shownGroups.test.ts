import { shownGroups, type GroupSums, type Shown } from './shownGroups';

const BOUNDS = { top: 2, other: 'other' };

/** What groups have, from their values at the same times. */
const values = (byGroup: Record<string, Array<number | null>>): GroupSums => {
  const groups = Object.keys(byGroup);
  const all = Object.values(byGroup);
  return {
    groups,
    totals: all.map((own) => own.reduce<number>((total, value) => total + (value ?? 0), 0)),
    lasts: all.map((own) => own.at(-1) ?? NaN),
    indexOf: (group) => (groups.includes(group) ? groups.indexOf(group) : undefined),
  };
};

const full: Shown = { groups: ['A', 'B', 'C', 'D', 'other'], since: 0 };

/** Four groups of which two are shown at a time, and whatever comes. */
const churn = (added: Record<string, Array<number | null>>) =>
  values({ A: [50, null], B: [40, null], C: [30, null], D: [null, 20], other: [1, 980], ...added });

it('begins with those at the end and the largest before', () => {
  const byGroup = values({ A: [9, null], B: [1, null], C: [2, null], D: [3, null], E: [null, 1], other: [0, 0] });
  expect(shownGroups(byGroup, BOUNDS, { groups: [] }, 7_000)).toEqual({
    groups: ['A', 'C', 'D', 'E', 'other'],
    since: 7_000,
  });
});

it('adds what there is room for at once, and keeps what has gone for a while', () => {
  const before = { groups: ['A', 'B', 'C'], since: 0 };
  expect(shownGroups(values({ B: [1], D: [1] }), BOUNDS, before, 1_000)).toEqual({
    groups: ['A', 'B', 'C', 'D'],
    since: 0,
  });
});

it('has small groups wait where there is no room', () => {
  expect(shownGroups(churn({ E: [null, 19] }), BOUNDS, full, 59_999)).toEqual(full);
  expect(shownGroups(churn({ E: [null, 19] }), BOUNDS, full, 60_000)).toEqual({
    groups: ['A', 'B', 'D', 'other', 'E'],
    since: 60_000,
  });
});

it('has a large one wait for nothing', () => {
  const { groups, since } = shownGroups(churn({ E: [null, 60] }), BOUNDS, full, 1_000);
  expect([groups, since]).toEqual([['A', 'B', 'D', 'other', 'E'], 1_000]);
});

it('counts those that wait among the others', () => {
  const before = { groups: ['A', 'B', 'C', 'D', 'E'], since: 0 };
  const byGroup = values({ A: [10, 5], B: [10, null], C: [10, null], D: [10, null], E: [null, 400], F: [null, 1] });
  expect(shownGroups(byGroup, BOUNDS, before, 1_000)).toEqual({
    groups: ['A', 'B', 'C', 'D', 'E', 'other'],
    since: 0,
  });
});

it('lets series go that have been empty for long, and leaves alone what stays as it is', () => {
  expect(shownGroups(values({ A: [1] }), BOUNDS, { groups: ['A', 'B'], since: 0 }, 60_000)).toEqual({
    groups: ['A'],
    since: 60_000,
  });
  const same = { groups: ['A'], since: 0 };
  expect(shownGroups(values({ A: [1] }), BOUNDS, same, 90_000)).toEqual(same);
});
