import { ILL, SETCAP, WELL } from '../testing/health';

import { describeHooks, readHealth } from './healthReport';

it('reads a machine on which all is well', () => {
  const { summary, host, checks, interfaces } = readHealth(WELL);
  expect({ summary, host }).toEqual({ summary: 'XDP Live is ready on nas. Watched now: eth0 in by tcx.', host: 'nas' });
  expect(checks).toEqual([{ name: 'kernel', outcome: 'ok', detail: '6.12.0: XDP and TCX', commands: [] }]);
  expect(interfaces.map(({ name }) => name)).toEqual(['eth0']);
});

it('puts wrong settings before the checks, and has the commands of a remedy by themselves', () => {
  const { summary, checks } = readHealth(ILL);
  expect(summary).toBe('XDP Live is not ready on nas.');
  expect(checks).toEqual([
    { name: 'settings', outcome: 'failed', detail: 'max_limit is wrong', commands: [] },
    { name: 'kernel', outcome: 'ok', detail: '6.12.0: XDP and TCX', commands: [] },
    {
      name: 'rights',
      outcome: 'failed',
      detail: 'user 472 lacks CAP_BPF',
      fix: `${SETCAP}, then restart Grafana`,
      commands: [SETCAP],
    },
  ]);
});

it.each([
  [undefined, 'The back end answers nothing that can be read.'],
  ['a text', 'The back end answers nothing that can be read.'],
  [{ status: 'UNKNOWN' }, 'The back end answers UNKNOWN.'],
  [{ status: 'OK', message: 7, details: [] }, 'The back end answers OK.'],
  [{ message: 'no details', details: null }, 'no details'],
])('reads %j, from which nothing follows', (body, summary) => {
  expect(readHealth(body)).toEqual({ summary, checks: [], interfaces: [] });
});

it('leaves out what it does not know, and doubts an outcome that it does not know', () => {
  const report = {
    checks: [7, null, {}, { name: 'new', outcome: 'splendid', detail: 'so', fix: 7, commands: ['a', 7] }],
    interfaces: [
      {},
      { interface: 'eth0', hooks: [{ direction: 'in', hook: 'af-xdp' }, { direction: 'up', hook: 'tcx' }, 7] },
    ],
  };
  const { checks, interfaces } = readHealth({ message: 'm', details: { problems: [7], report } });
  expect(checks).toEqual([{ name: 'new', outcome: 'warning', detail: 'so', commands: ['a'] }]);
  expect(interfaces).toEqual([{ name: 'eth0', hooks: [] }]);
});

it('says how an interface is watched, or else would be', () => {
  const [eth0 = { name: '', hooks: [] }] = readHealth(WELL).interfaces;
  expect(describeHooks(eth0)).toBe('automatic: in by tcx (the device is virtual), out by tcx');
  const watched = { ...eth0, hooks: eth0.hooks.map((hook) => ({ ...hook, inForce: hook.direction === 'out' })) };
  expect(describeHooks(watched)).toBe('watched now: out by tcx');
  expect(describeHooks({ name: 'can0', hooks: [] })).toBe('cannot be watched');
});
