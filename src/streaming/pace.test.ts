import { Subject, type Subscription } from 'rxjs';

import { paced, pauseBetween } from './pace';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Streams that are followed side by side, and what the panel of the first one draws. */
function follow(streams: number) {
  const source = new Subject<number>();
  const drawn: number[] = [];
  const others = Array.from({ length: streams - 1 }, () => new Subject<number>().pipe(paced()).subscribe());
  const first = source.pipe(paced(() => 0.5)).subscribe((value) => drawn.push(value));
  const end = () => {
    [first, ...others].forEach((subscription: Subscription) => {
      subscription.unsubscribe();
    });
  };
  return { source, drawn, others, end };
}

it.each([
  [1, 0],
  [4, 0],
  [5, 60],
  [8, 240],
  [9, 300],
  [20, 960],
  [100, 2_000],
])('of %d streams each pauses for %d ms', (streams, pause) => {
  expect(pauseBetween(streams)).toBe(pause);
});

it('draws everything at once where there are few', () => {
  const { source, drawn, end } = follow(4);
  [1, 2, 3].forEach((value) => {
    source.next(value);
  });
  expect(drawn).toEqual([1, 2, 3]);
  end();
});

it('draws the first at once, and the last when its time has come, where there are many', () => {
  const { source, drawn, end } = follow(20);
  [1, 2, 3].forEach((value) => {
    source.next(value);
  });
  expect(drawn).toEqual([1]);
  jest.advanceTimersByTime(959);
  expect(drawn).toEqual([1]);
  jest.advanceTimersByTime(1);
  expect(drawn).toEqual([1, 3]);
  source.next(4);
  jest.advanceTimersByTime(960);
  expect(drawn).toEqual([1, 3, 4]);
  end();
});

it('draws freely again when others have gone', () => {
  const { source, drawn, others, end } = follow(5);
  source.next(1);
  others[0]?.unsubscribe();
  jest.advanceTimersByTime(60);
  source.next(2);
  source.next(3);
  expect(drawn).toEqual([1, 2, 3]);
  end();
});

it('passes on what is left when a stream ends', () => {
  const { source, drawn, end } = follow(20);
  source.next(1);
  source.next(2);
  source.complete();
  jest.advanceTimersByTime(960);
  expect(drawn).toEqual([1, 2]);
  end();
});
