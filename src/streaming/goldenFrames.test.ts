import { StreamingDataFrame, type DataFrameJSON } from '@grafana/data';
import { existsSync, readdirSync, readFileSync } from 'fs';
import path from 'path';

/** Messages exactly as the back end sends them, one a line, beside what a panel is to make of them. */
const GOLDEN_FRAMES = path.resolve(__dirname, '../../testdata/frames');
const MESSAGES = '.jsonl';
const EXPECTED = '.expected.json';

interface ExpectedFrame {
  fields: Array<{ name: string; type: string; values: unknown[] }>;
}

function goldenStreams(): string[] {
  const files = existsSync(GOLDEN_FRAMES) ? readdirSync(GOLDEN_FRAMES) : [];
  return files.filter((file) => file.endsWith(MESSAGES)).map((file) => path.basename(file, MESSAGES));
}

function readLines(stream: string): string[] {
  const text = readFileSync(path.join(GOLDEN_FRAMES, stream + MESSAGES), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

function readMessages(stream: string): DataFrameJSON[] {
  return readLines(stream).map((line) => JSON.parse(line) as DataFrameJSON);
}

function readExpected(stream: string): ExpectedFrame {
  return JSON.parse(readFileSync(path.join(GOLDEN_FRAMES, stream + EXPECTED), 'utf8')) as ExpectedFrame;
}

function play(messages: DataFrameJSON[], maxLength: number): ExpectedFrame {
  const frame = StreamingDataFrame.empty({ maxLength });
  messages.forEach((message) => frame.push(message));
  return { fields: frame.fields.map(({ name, type, values }) => ({ name, type, values })) };
}

it('finds golden frames', () => {
  expect(goldenStreams()).not.toEqual([]);
});

describe.each(goldenStreams())('the golden stream %s', (stream) => {
  it('makes the rows that its expectation names', () => {
    expect(play(readMessages(stream), Number.MAX_SAFE_INTEGER)).toEqual(readExpected(stream));
  });

  it('is trimmed to the newest rows', () => {
    // The first message arrives whole, whatever its length, so the limit is at least that.
    const [first, ...rest] = readMessages(stream);
    const all = readExpected(stream);
    const kept = Math.max(first?.data?.values[0]?.length ?? 0, 2);
    const newest = all.fields.map((field) => ({ ...field, values: field.values.slice(-kept) }));
    expect(play(first === undefined ? [] : [first, ...rest], kept).fields).toEqual(newest);
  });

  it('names its columns once, in the first message and before the data', () => {
    const [first, ...rest] = readLines(stream);
    expect(first).toMatch(/^\{"schema":\{.*\},"data":\{"values":/);
    rest.forEach((line) => {
      expect(line).toMatch(/^\{"data":\{"values":/);
    });
  });

  it('has rows in every message and a value for every column', () => {
    const columns = readExpected(stream).fields.length;
    readMessages(stream).forEach(({ data }) => {
      expect(data?.values).toHaveLength(columns);
      const lengths = new Set(data?.values.map((values) => values.length));
      expect(lengths.size).toBe(1);
      expect(lengths).not.toContain(0);
    });
  });
});
