/** Rows dropped at the beginning that may take room until the others move up. */
const DROPPED = 4_096;

/**
 * Rows of groups as numbers: there may be very many, and all of them are gone through each time a panel draws. Rows are added
 * at the end and dropped at the beginning.
 */
export class GroupedRows {
  /** Names of groups, of which rows have the place. */
  names: string[] = [];
  private places = new Map<string, number>();
  private allTimes: number[] = [];
  private allGroups: number[] = [];
  private allValues: number[] = [];
  private begin = 0;

  get length(): number {
    return this.allTimes.length - this.begin;
  }

  /** When a row is from, ms since 1970. */
  time(row: number): number {
    return this.allTimes[this.begin + row] ?? NaN;
  }

  /** The place of a row's group in {@link names}. */
  group(row: number): number {
    return this.allGroups[this.begin + row] ?? 0;
  }

  /** NaN where a row has none. */
  value(row: number): number {
    return this.allValues[this.begin + row] ?? NaN;
  }

  /** The place of a group in {@link names}; undefined where no row has it. */
  placeOf(group: string): number | undefined {
    return this.places.get(group);
  }

  append(times: readonly unknown[], groups: readonly string[], values: readonly unknown[]): void {
    times.forEach((time, row) => {
      if (typeof time !== 'number') {
        return;
      }
      const value = values[row];
      this.allTimes.push(time);
      this.allGroups.push(this.placed(groups[row] ?? ''));
      this.allValues.push(typeof value === 'number' ? value : NaN);
    });
  }

  drop(rows: number): void {
    this.begin += Math.min(rows, this.length);
    if (this.begin > DROPPED && this.begin > this.length) {
      this.moveUp();
    }
  }

  clear(): void {
    this.begin = this.allTimes.length;
    this.moveUp();
  }

  private placed(group: string): number {
    const known = this.places.get(group);
    if (known !== undefined) {
      return known;
    }
    const place = this.names.push(group) - 1;
    this.places.set(group, place);
    return place;
  }

  /** Lets go of what was dropped, and of groups that no row has any more. */
  private moveUp(): void {
    const { names, allGroups, begin } = this;
    this.allTimes = this.allTimes.slice(begin);
    this.allValues = this.allValues.slice(begin);
    this.begin = 0;
    this.names = [];
    this.places = new Map();
    const moved = new Map<number, number>();
    this.allGroups = allGroups.slice(begin).map((old) => {
      const place = moved.get(old) ?? this.placed(names[old] ?? '');
      moved.set(old, place);
      return place;
    });
  }
}
