import { FieldType, reduceField } from '@grafana/data';
import { readFileSync } from 'fs';
import path from 'path';

const FILE = path.resolve(__dirname, '../../provisioning/alerting/xdplive.yaml');

/** The rule as the file has it, from its uid on. */
const rule = readFileSync(FILE, 'utf8').split('uid: xdplive-loss')[1] ?? '';

const found = (pattern: RegExp) => pattern.exec(rule)?.[1] ?? '';

/** Whether the rule fires for a counter that had these values in its time range. */
function fires(...values: number[]): boolean {
  const field = { name: 'lost_ring', type: FieldType.number, config: {}, values };
  // Grafana's reducers for rules have the same names in panels.
  const reducer = found(/reducer: \{ type: (\w+)/);
  return (
    Number(reduceField({ field, reducers: [reducer] })[reducer]) >
    Number(found(/evaluator: \{ type: gt, params: \[(\d+)\]/))
  );
}

it('decides by each series on its own: those of streams and of no stream differ in their labels', () => {
  expect(found(/condition: (\w+)/)).toBe('increase');
  expect(rule.match(/ type: (classic_conditions|reduce|math|threshold)$/gm)).toEqual([' type: classic_conditions']);
  expect(found(/query: \{ params: \[(\w+)\] \}/)).toBe('lost');
});

it.each([
  ['nothing was lost', [0, 0, 0], false],
  ['rows are lost', [0, 0, 3], true],
  ['rows were lost before, and none are now', [7, 7, 7], false],
  ['rows are lost again', [7, 7, 9], true],
  ['the counter begins anew', [7, 7, 0, 0], false],
  ['rows are lost after it began anew', [0, 0, 2], true],
])('fires only for what is lost: %s', (_, values, isFiring) => {
  expect(fires(...values)).toBe(isFiring);
});

it('looks at the last minute only, which holds several evaluations', () => {
  expect(found(/relativeTimeRange: \{ from: (\d+), to: 0 \}/)).toBe('60');
  expect(rule).toContain('Rows were lost in the last minute');
});
