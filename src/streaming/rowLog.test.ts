import { FieldType } from '@grafana/data';

import { RowLog, type Sequence } from './rowLog';

const COLUMNS = [
  { name: 'time', type: FieldType.time },
  { name: 'number', type: FieldType.number },
];

const EVERYTHING = { maxLength: Infinity };

function logOf(): RowLog {
  const log = new RowLog();
  log.describe(COLUMNS);
  return log;
}

/** Rows with these numbers, ten to a time. */
const rows = (from: number, to: number): unknown[][] => {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  return [numbers.map((number) => Math.floor(number / 10)), numbers];
};

const at = (first: number, run = 'a'): Sequence => ({ run, first });

const numbersIn = (log: RowLog, bounds = EVERYTHING) => log.rowsFrom(log.newest(bounds).first)[1];

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('numbered rows', () => {
  it('follow those of the answer, each once', () => {
    const log = logOf();
    log.insert(rows(0, 25), at(0));
    expect(log.append(rows(20, 30), at(20), false)).toBe(false);
    expect(log.append(rows(30, 35), at(30), true)).toBe(false);
    expect(log.append(rows(20, 30), at(20), true)).toBe(false);
    expect(numbersIn(log)).toEqual(range(0, 35));
    expect([log.length, log.missing]).toEqual([35, 0]);
  });

  it('are missed where numbers are skipped, and filled in by a later answer', () => {
    const log = logOf();
    log.insert(rows(5, 10), at(5));
    expect(log.append(rows(20, 25), at(20), true)).toBe(true);
    expect(log.missing).toBe(10);
    log.insert(rows(12, 30), at(12));
    expect(log.missing).toBe(2);
    expect(numbersIn(log)).toEqual([...range(5, 10), ...range(12, 30)]);
    expect(log.append(rows(25, 33), at(25), true)).toBe(false);
    expect(numbersIn(log)).toEqual([...range(5, 10), ...range(12, 33)]);
  });

  it('have older ones put before them', () => {
    const log = logOf();
    log.append(rows(20, 25), at(20), false);
    log.insert(rows(0, 23), at(0));
    expect(numbersIn(log)).toEqual(range(0, 25));
  });

  it('of an earlier run come before, but not a second time', () => {
    const log = logOf();
    log.append(rows(0, 10), at(0, 'a'), false);
    log.append(rows(10, 12), at(0, 'b'), true);
    // The back end counts them from -10 on in the new run.
    log.insert(rows(0, 12), at(-10, 'b'));
    expect(numbersIn(log)).toEqual(range(0, 12));
    const fresh = logOf();
    fresh.append(rows(10, 12), at(0, 'b'), false);
    fresh.insert(rows(0, 12), at(-10, 'b'));
    expect(numbersIn(fresh)).toEqual(range(0, 12));
  });

  it('are joined by time where an answer has no numbers', () => {
    const log = logOf();
    log.append(rows(20, 25), at(20), false);
    log.insert(rows(0, 25), undefined);
    expect(numbersIn(log)).toEqual(range(0, 25));
  });

  it('are there once each, in order, however they come', () => {
    // Any order of answers and messages, some of which are missing: the log has what came, and knows what did not.
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let trial = 0; trial < 300; trial += 1) {
      const log = logOf();
      const came = new Set<number>();
      let sent = random(50);
      const kept = sent;
      for (let step = 0; step < 12; step += 1) {
        const next = sent + 1 + random(9);
        if (random(3) > 0) {
          log.append(rows(sent, next), at(sent), true);
          range(sent, next).forEach((number) => came.add(number));
        }
        sent = next;
        if (random(4) === 0) {
          const from = Math.max(0, kept - random(30), sent - 40);
          log.insert(rows(from, sent), at(from));
          range(from, sent).forEach((number) => came.add(number));
        }
      }
      const expected = [...came].sort((a, b) => a - b);
      expect(numbersIn(log)).toEqual(expected);
      const [first = 0, last = -1] = [expected[0], expected.at(-1)];
      expect(log.missing).toBe(last - first + 1 - expected.length);
    }
  });
});

describe('rows of intervals', () => {
  const seconds = (...times: number[]): unknown[][] => [times, times];

  it('have older ones put before them, and nothing between those that follow each other', () => {
    const log = logOf();
    log.insert(seconds(1, 2, 3), undefined);
    log.append(seconds(4), undefined, false);
    log.append(seconds(6), undefined, true);
    log.insert(seconds(0, 1, 2, 3, 4, 5, 6, 7), undefined);
    expect(numbersIn(log)).toEqual([0, 1, 2, 3, 4, 6]);
  });

  it('are filled in where the connection was cut', () => {
    const log = logOf();
    log.append(seconds(4), undefined, false);
    expect(log.append(seconds(9), undefined, false)).toBe(true);
    log.insert(seconds(4, 5, 6, 7, 8, 9), undefined);
    expect(numbersIn(log)).toEqual([4, 5, 6, 7, 8, 9]);
  });
});

describe('bounds', () => {
  it('give the newest rows, of at most that age', () => {
    const log = logOf();
    log.append(rows(0, 100), at(0), false);
    expect(numbersIn(log, { maxLength: 3 })).toEqual([97, 98, 99]);
    expect(log.newest({ maxLength: 50, maxAge: 1 })).toEqual({ first: 80, young: 80 });
    expect(log.newest({ maxLength: 5, maxAge: 1 })).toEqual({ first: 95, young: 80 });
    expect(numbersIn(log, { maxLength: 0 })).toEqual([]);
  });

  it('are kept to in memory, but for a block', () => {
    const log = logOf();
    range(0, 1_000).forEach((message) => {
      log.append(rows(message * 10, message * 10 + 10), at(message * 10), true);
      log.trim({ maxLength: 100 });
    });
    expect(log.length).toBeGreaterThanOrEqual(100);
    expect(log.length).toBeLessThanOrEqual(100 + 1_024 + 10);
    expect(numbersIn(log, { maxLength: 100 })).toEqual(range(9_900, 10_000));
    expect(log.cutAt).toBe(10_000 - log.length);
    log.trim({ maxLength: 0 });
    expect([log.length, numbersIn(log)]).toEqual([0, []]);
  });
});

it('begins anew where a stream has other columns', () => {
  const log = logOf();
  log.append(rows(0, 5), at(0), false);
  log.describe(COLUMNS.map((column) => ({ ...column, config: { unit: 'pps' } })));
  expect(log.length).toBe(5);
  log.describe([{ name: 'length', type: FieldType.number }]);
  expect(log.length).toBe(0);
});

it("leaves others' messages alone", () => {
  const log = logOf();
  const message = rows(0, 5);
  log.append(message, at(0), false);
  log.append(rows(5, 10), at(5), true);
  expect(message).toEqual(rows(0, 5));
});
