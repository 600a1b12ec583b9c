import { FieldType, reduceField } from '@grafana/data';
import { readFileSync } from 'fs';
import path from 'path';

const FILE = path.resolve(__dirname, '../../provisioning/alerting/xdplive.yaml');

/** The rule as the file has it, from its uid on. */
const rule = readFileSync(FILE, 'utf8').split('uid: xdplive-loss')[1] ?? '';

/** Its expressions, in the order in which Grafana computes them. */
const expressions = [...rule.matchAll(/refId: (\w+)\n +type: (\w+)\n +expression: (.+)\n(?: +reducer: (\w+)\n)?/g)].map(
  ([, refId = '', type = '', expression = '', reducer = '']) => ({ refId, type, expression, reducer })
);

/** Whether the rule fires for a counter that had these values in its time range. */
function fires(...values: number[]): boolean {
  const field = { name: 'lost_ring', type: FieldType.number, config: {}, values };
  const results = new Map<string, number>();
  const valueOf = (name = '') => results.get(name) ?? NaN;
  expressions.forEach(({ refId, type, expression, reducer }) => {
    const [, minuend, subtrahend] = /^\$(\w+) - \$(\w+)$/.exec(expression) ?? [];
    const compute: Record<string, () => number> = {
      // Of what there is of Grafana's reducers for rules, these have the same names in panels.
      reduce: () => Number(reduceField({ field, reducers: [reducer] })[reducer]),
      math: () => valueOf(minuend) - valueOf(subtrahend),
      threshold: () => valueOf(expression),
    };
    results.set(refId, compute[type]?.() ?? NaN);
  });
  return valueOf('threshold') > 0;
}

it('computes what it decides by', () => {
  expect(expressions.map(({ refId, type }) => [refId, type])).toEqual([
    ['newest', 'reduce'],
    ['least', 'reduce'],
    ['increase', 'math'],
    ['threshold', 'threshold'],
  ]);
  expect(rule).toContain('evaluator: { type: gt, params: [0] }');
});

it.each([
  ['nothing was lost', [0, 0, 0], false],
  ['rows are lost', [0, 0, 3], true],
  ['rows were lost before, and none are now', [7, 7, 7], false],
  ['the counter begins anew', [7, 7, 0, 0], false],
  ['rows are lost after it began anew, though fewer than before', [7, 7, 0, 2], true],
  ['rows are lost before and after it begins anew', [7, 9, 0, 1], true],
])('fires only for what is lost: %s', (_, values, isFiring) => {
  expect(fires(...values)).toBe(isFiring);
});

it('looks at the last minute only, which holds several evaluations', () => {
  expect(/relativeTimeRange: \{ from: (\d+), to: 0 \}/.exec(rule)?.[1]).toBe('60');
  expect(rule).toContain('Rows were lost in the last minute');
});
