import { FieldType, type FieldConfig } from '@grafana/data';

import { sum } from './grouping';

/** A column of a channel, as its schema names it. */
export interface LogColumn {
  name: string;
  type: FieldType;
  config?: FieldConfig;
}

/** The columns of a frame, or of a message's schema. */
export function columnsOf(fields: readonly LogColumn[]): LogColumn[] {
  return fields.map(({ name, type, config }) => ({ name, type, config }));
}

/** Where rows stand in a run of their stream: the first of them has this number, counted from 0. */
export interface Sequence {
  run: string;
  first: number;
}

/** How much a panel wants of a log. */
export interface Bounds {
  /** Rows at most. */
  maxLength: number;
  /** How much older than the newest row a row may be, in ms; undefined: however old. */
  maxAge?: number;
}

/** Where the newest rows of a log are. */
export interface Span {
  /** The number of the first of them, of all that the log ever had. */
  first: number;
  /** The number of the first row of the log that is not too old. */
  young: number;
}

/** Rows that follow each other, and where they stand. */
interface Block {
  columns: unknown[][];
  length: number;
  sequence: Sequence | undefined;
  /** Whether nothing is missing between the block before and this one, as far as is known. */
  follows: boolean;
}

/** Rows in a block that others are added to: so that a block can be dropped soon, and there are few. */
const BLOCK_ROWS = 1_024;

/**
 * The rows of one channel, in the order of their times: those of answers and those of the stream, each of them once.
 * Packets have a number in their run, by which they are joined. Rows of intervals have none: they are joined by their
 * times, and only where something is missing.
 */
export class RowLog {
  columns: readonly LogColumn[] = [];
  /** Changes whenever the rows do. */
  version = 0;
  /** Changes whenever rows do that were there, other than by being forgotten. */
  revision = 0;
  /** How many rows there are. */
  length = 0;
  /** The number of the first row, of all that the log ever had. Older rows that come later have lower numbers. */
  first = 0;
  /** Where rows were forgotten last that were too many and not too old: the number behind them. */
  cutAt = -Infinity;
  private blocks: Block[] = [];

  /** Takes the names of columns over; what was there under other names is forgotten. */
  describe(columns: readonly LogColumn[]): void {
    const names = (some: readonly LogColumn[]) => some.map(({ name, type }) => `${type} ${name}`).join();
    if (this.columns.length > 0 && names(this.columns) !== names(columns)) {
      this.clear();
    }
    this.columns = columns;
  }

  /** Whether rows of these columns belong here. */
  takes(columns: readonly LogColumn[]): boolean {
    return (
      this.columns.length === 0 ||
      (columns.length === this.columns.length && this.columns.every(({ name }) => columns.some((c) => c.name === name)))
    );
  }

  /** The number behind the last row, of all that the log ever had. */
  get end(): number {
    return this.first + this.length;
  }

  /** When the newest row is from, ms since 1970; undefined where there is none. */
  get newestTime(): number | undefined {
    const last = this.blocks.at(-1);
    return last && this.timesOf(last).at(-1);
  }

  /**
   * Adds rows that the stream sent. Those that are there already are passed over. `isNext` tells of rows without a number
   * whether they follow the last ones. Returns whether something is missing before them.
   */
  append(columns: unknown[][], sequence: Sequence | undefined, isNext: boolean): boolean {
    const last = this.blocks.at(-1);
    const known = this.endOf(sequence?.run);
    const skipped = known === undefined || sequence === undefined ? 0 : Math.max(known - sequence.first, 0);
    const length = (columns[0]?.length ?? 0) - skipped;
    if (length <= 0) {
      return false;
    }
    const rows = skipped === 0 ? columns : columns.map((values) => values.slice(skipped));
    const position = sequence && { run: sequence.run, first: sequence.first + skipped };
    const isFirst = last === undefined;
    const isOfRun = position !== undefined && last?.sequence?.run === position.run;
    const follows = position === undefined ? isNext : isOfRun && known === position.first;
    this.length += length;
    this.version += 1;
    if (follows && last !== undefined && last.length < BLOCK_ROWS) {
      last.columns.forEach((values, column) => {
        addAll(values, rows[column] ?? []);
      });
      last.length += length;
    } else {
      // A message is also others', and this block's rows become more.
      this.blocks.push({ columns: rows.map((values) => values.slice()), length, sequence: position, follows });
    }
    return !follows && !isFirst;
  }

  /** Adds those rows of an answer that are missing: older ones, and those in gaps. */
  insert(columns: unknown[][], sequence: Sequence | undefined): void {
    const length = columns[0]?.length ?? 0;
    if (length === 0) {
      return;
    }
    const isOfRun = this.blocks.some((block) => sequence !== undefined && block.sequence?.run === sequence.run);
    const answer: Block = { columns: columns.map((values) => values.slice()), length, sequence, follows: false };
    const blocks = isOfRun ? this.joinedBySequence(answer) : this.joinedByTime(answer);
    const before = this.blocks[0];
    const added = blocks.findIndex((block) => block === before);
    this.first -= before === undefined ? 0 : sum(blocks.slice(0, Math.max(added, 0)).map((block) => block.length));
    this.blocks = blocks;
    this.length = sum(blocks.map((block) => block.length));
    this.version += 1;
    this.revision += 1;
  }

  /** How many rows are known to be missing: their numbers are skipped. */
  get missing(): number {
    return sum(
      this.blocks.map((block, index) => {
        const before = this.blocks[index - 1];
        const isSame = before?.sequence !== undefined && before.sequence.run === block.sequence?.run;
        return isSame ? (block.sequence?.first ?? 0) - end(before) : 0;
      })
    );
  }

  /** Whether rows are known by their numbers in a run. */
  get isNumbered(): boolean {
    return this.blocks.some(({ sequence }) => sequence !== undefined);
  }

  /** How often rows of another run of the stream follow: what was sent between them nobody can tell. */
  get breaks(): number {
    const runs = this.blocks.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence.run]));
    return runs.filter((run, index) => index > 0 && run !== runs[index - 1]).length;
  }

  /** Forgets rows beyond what is wanted. */
  trim({ maxLength, maxAge }: Bounds): void {
    const oldest = maxAge === undefined ? -Infinity : (this.newestTime ?? 0) - maxAge;
    for (let block = this.blocks[0]; block !== undefined; block = this.blocks[0]) {
      const isTooMuch = this.length - block.length >= maxLength;
      const isTooOld = (this.timesOf(block).at(-1) ?? Infinity) < oldest;
      if (!isTooMuch && !isTooOld) {
        return;
      }
      this.blocks.shift();
      this.length -= block.length;
      this.first += block.length;
      if (!isTooOld) {
        this.cutAt = this.first;
      }
    }
  }

  /** Where the newest rows are. */
  newest({ maxLength, maxAge }: Bounds): Span {
    const oldest = maxAge === undefined ? -Infinity : (this.newestTime ?? 0) - maxAge;
    let length = 0;
    for (const block of [...this.blocks].reverse()) {
      const begin = Math.max(firstFrom(this.timesOf(block), oldest), block.length - (maxLength - length));
      length += Math.max(block.length - begin, 0);
      if (begin > 0) {
        break;
      }
    }
    return { first: this.end - length, young: this.first + this.olderThan(oldest) };
  }

  /** The columns of the rows from one number on. */
  rowsFrom(number: number): unknown[][] {
    const parts: Array<[Block, number]> = [];
    let end = this.end;
    for (const block of [...this.blocks].reverse()) {
      if (end <= number) {
        break;
      }
      end -= block.length;
      parts.unshift([block, Math.max(number - end, 0)]);
    }
    return this.columns.map((_, column) => partsOf(parts, column));
  }

  /** How many rows are older. */
  private olderThan(time: number): number {
    let older = 0;
    for (const block of this.blocks) {
      const place = firstFrom(this.timesOf(block), time);
      older += place;
      if (place < block.length) {
        break;
      }
    }
    return older;
  }

  private clear(): void {
    this.first += this.length;
    this.blocks = [];
    this.length = 0;
    this.version += 1;
    this.revision += 1;
  }

  /** The number behind the last one that is known of a run. */
  private endOf(run: string | undefined): number | undefined {
    const ofRun = run === undefined ? [] : this.blocks.filter((block) => block.sequence?.run === run);
    const last = ofRun.at(-1);
    return last && end(last);
  }

  /** The blocks, with those rows of an answer between them whose numbers are missing. */
  private joinedBySequence(answer: Block): Block[] {
    const run = answer.sequence?.run;
    const joined: Block[] = [];
    // Those of earlier runs, whose numbers are negative, are here already where anything of another run is.
    const isAlone = this.blocks.every((block) => block.sequence?.run === run);
    let next = Math.max(answer.sequence?.first ?? 0, isAlone ? -Infinity : 0);
    for (const block of this.blocks) {
      if (block.sequence?.run !== run) {
        joined.push(block);
        continue;
      }
      const from = block.sequence?.first ?? 0;
      joined.push(...partOf(answer, next, from));
      joined.push({ ...block, follows: block.follows || (next <= from && end(answer) >= from) });
      next = Math.max(next, end(block));
    }
    return [...joined, ...partOf(answer, next, Infinity)];
  }

  /** The blocks, with those rows of an answer that are older than all of them, or within a gap between two. */
  private joinedByTime(answer: Block): Block[] {
    const times = this.timesOf(answer);
    const joined: Block[] = [];
    let after = -Infinity;
    this.blocks.forEach((block) => {
      const blockTimes = this.timesOf(block);
      const begin = firstFrom(times, after + 1);
      const until = firstFrom(times, blockTimes[0] ?? -Infinity);
      const isGap = !block.follows && until > begin;
      if (isGap) {
        joined.push(slice(answer, begin, until));
      }
      joined.push(isGap ? { ...block, follows: true } : block);
      after = Math.max(after, blockTimes.at(-1) ?? -Infinity);
    });
    return this.blocks.length === 0 ? [answer] : joined;
  }

  private timesOf(block: Block): number[] {
    const column = this.columns.findIndex(({ type }) => type === FieldType.time);
    return (block.columns[column] ?? []) as number[];
  }
}

/** The number behind a block's last row. */
function end({ sequence, length }: Block): number {
  return (sequence?.first ?? 0) + length;
}

/** The rows of a block with numbers from `from` on, below `to`. */
function partOf(block: Block, from: number, to: number): Block[] {
  const first = block.sequence?.first ?? 0;
  const [begin, until] = [Math.max(from - first, 0), Math.min(to - first, block.length)];
  return until > begin ? [slice(block, begin, until)] : [];
}

function slice({ columns, sequence, follows }: Block, begin: number, until: number): Block {
  return {
    columns: columns.map((values) => values.slice(begin, until)),
    length: until - begin,
    sequence: sequence && { ...sequence, first: sequence.first + begin },
    follows,
  };
}

/** The place of the first time that is not before `time`. */
function firstFrom(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** One column of several blocks, each from a place of its own on, in an array of its own. */
function partsOf(parts: ReadonlyArray<[Block, number]>, column: number): unknown[] {
  const [first = [], ...others] = parts.map(([block, begin]) => {
    const values = block.columns[column] ?? [];
    return begin === 0 ? values : values.slice(begin);
  });
  return first.concat(...others);
}

function addAll(values: unknown[], more: readonly unknown[]): void {
  for (const value of more) {
    values.push(value);
  }
}
