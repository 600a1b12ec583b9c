/** A stream that always has something to tell, and does not. */
export interface Silent {
  /** Since when, ms since 1970. */
  since: number;
  /** What the server answers when it is asked; undefined: it answers as it should. */
  error: string | undefined;
}

/** Milliseconds after which the server is asked again. */
const ASK_EVERY = 60_000;

/**
 * Notices when a stream has ended without a word: Grafana does not tell who listens that a data source is deleted, and its
 * connection stays as it is. `probe` asks the server, and fails with what it answers; `changed` is told of anything new.
 */
export class Heartbeat {
  silent: Silent | undefined;
  private last = Date.now();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;

  /** Without a message for `patience` ms it is silent. */
  constructor(
    private readonly patience: number,
    private readonly probe: () => Promise<unknown>,
    private readonly changed: () => void
  ) {
    this.wait(patience);
  }

  /** A message is here. */
  beat(): void {
    this.last = Date.now();
    this.silent = undefined;
    this.wait(this.patience);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private wait(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.ask();
    }, milliseconds);
  }

  private async ask(): Promise<void> {
    const since = this.last;
    const error = await this.probe().then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason))
    );
    // Meanwhile something may have come.
    if (!this.isStopped && since === this.last) {
      this.silent = { since, error };
      this.wait(ASK_EVERY);
      this.changed();
    }
  }
}
