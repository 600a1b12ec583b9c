import { act, renderHook } from '@testing-library/react';

import type { SeenValue, SeenWhat } from '../resources/seen';

import { useSeen } from './useSeen';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

async function ask(hook: { current: ReturnType<typeof useSeen> }) {
  await act(async () => {
    hook.current.refresh();
    await Promise.resolve();
  });
}

it('asks when it is to, and again when that is long ago', async () => {
  const list = jest.fn<Promise<SeenValue[]>, [SeenWhat]>(() => Promise.resolve([{ value: '40', packets: 1 }]));
  const { result } = renderHook(() => useSeen(list));
  expect(list).not.toHaveBeenCalled();
  await ask(result);
  expect(result.current.seen.vlans).toEqual([{ text: '40', meaning: 'seen, 1 packet' }]);
  jest.advanceTimersByTime(14_999);
  await ask(result);
  expect(list).toHaveBeenCalledTimes(4);
  jest.advanceTimersByTime(1);
  await ask(result);
  expect(list).toHaveBeenCalledTimes(8);
});

it('forgets what another list had, also what comes late of it', async () => {
  const of = (value: string) => () => Promise.resolve([{ value, packets: 1 }]);
  const answers: Array<(values: SeenValue[]) => void> = [];
  const late = () => new Promise<SeenValue[]>((resolve) => answers.push(resolve));
  const { result, rerender } = renderHook(({ list }) => useSeen(list), { initialProps: { list: of('40') } });
  await ask(result);
  rerender({ list: late });
  expect(result.current.seen.vlans).toEqual([]);
  await ask(result);
  rerender({ list: of('41') });
  await ask(result);
  await act(async () => {
    answers.forEach((answer) => {
      answer([{ value: '42', packets: 1 }]);
    });
    await Promise.resolve();
  });
  expect(Object.values(result.current.seen).map((seen) => seen.map(({ text }) => text))).toEqual(
    Array.from({ length: 4 }, () => ['41'])
  );
});

it('keeps what it has where nothing can be listed, and no more of it than can be used', async () => {
  const many = Array.from({ length: 300 }, (_, port) => ({ value: String(port), packets: 1_000_000 }));
  const list = jest.fn(() => Promise.resolve(many));
  const { result } = renderHook(() => useSeen(list));
  await ask(result);
  expect(result.current.seen.ports).toHaveLength(200);
  list.mockRejectedValue(new Error('no'));
  jest.advanceTimersByTime(60_000);
  await ask(result);
  expect(result.current.seen.ports[0]).toEqual({ text: '0', meaning: 'seen, 1,000,000 packets' });
});

it('has a host with several addresses by its name, too', async () => {
  const hosts = [
    { value: '192.0.2.1', packets: 9 },
    { value: '192.0.2.20', packets: 5, name: 'nas' },
    { value: '192.0.2.30', packets: 3, name: 'printer' },
    { value: '2001:db8::20', packets: 1, name: 'nas' },
  ];
  const list = (what: SeenWhat) => Promise.resolve(what === 'hosts' ? hosts : []);
  const { result } = renderHook(() => useSeen(list));
  await ask(result);
  expect(result.current.seen.hosts).toEqual([
    { text: '192.0.2.1', meaning: 'seen, 9 packets' },
    { text: '{192.0.2.20,2001:db8::20}', name: 'nas', meaning: 'nas; all its addresses' },
    { text: '192.0.2.20', name: 'nas', meaning: 'nas; seen, 5 packets' },
    { text: '192.0.2.30', name: 'printer', meaning: 'printer; seen, 3 packets' },
    { text: '2001:db8::20', name: 'nas', meaning: 'nas; seen, 1 packet' },
  ]);
});
