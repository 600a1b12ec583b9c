import { Subject } from 'rxjs';

/**
 * Whether the panel of one request stands still because its reader wants it to. All streams of the panel share it; a
 * refresh, another time range or another value of a variable makes a new request, whose panel moves.
 */
export class Pause {
  /** Told when the reader pauses the panel or goes on. */
  readonly changes = new Subject<void>();
  /** Since when it stands still, ms since 1970; undefined: it shows what comes. */
  since: number | undefined;
  private readonly streams = new Set<() => number>();

  /** Takes a stream in, which tells how many rows came since it stands still. Returns how it goes. */
  follow(newRows: () => number): () => void {
    this.streams.add(newRows);
    return () => {
      this.streams.delete(newRows);
    };
  }

  /** Whether anything comes that could be made to stand still. */
  get isPossible(): boolean {
    return this.streams.size > 0;
  }

  /** Rows that came since it stands still. */
  get newRows(): number {
    return [...this.streams].reduce((total, newRows) => total + newRows(), 0);
  }

  /** Stands still from now on, or goes on. */
  toggle(now = Date.now()): void {
    this.since = this.since === undefined ? now : undefined;
    this.changes.next();
  }
}
