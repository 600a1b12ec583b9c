import { limitRange } from './limitRange';

it.each([
  [10_000, undefined, 10_000, 1_000],
  [500, undefined, 500, 500],
  [500, 2_000, 500, 500],
  [10_000, 50, 50, 50],
  [50_000, undefined, 50_000, 1_000],
  [null, 20_000, 20_000, 1_000],
  [null, 7, 7, 7],
  [null, undefined, 4_294_967_295, 1_000],
])('under max_limit %j and maxLimit %j it goes up to %j and is %j by default', (administrators, own, max, fallback) => {
  expect(limitRange(administrators, own)).toEqual({ min: 1, max, default: fallback });
});
