import type { LogRowContextQueryDirection } from '@grafana/data';

/**
 * What is told of the context of the line that somebody looks at. Grafana asks for what is before and after a line, shows the
 * lines alone, and apart from that what the data source makes of itself.
 */
export class ToldContext {
  private line: string | undefined;
  private readonly texts = new Map<LogRowContextQueryDirection | undefined, string>();
  private readonly listeners = new Set<() => void>();

  /** Takes in what is told of one direction of a line. Of one line at a time somebody looks at the context. */
  tell(line: string, direction: LogRowContextQueryDirection | undefined, text: string): void {
    if (line !== this.line) {
      this.line = line;
      this.texts.clear();
    }
    this.texts.set(direction, text);
    this.listeners.forEach((listener) => {
      listener();
    });
  }

  /** What is told of a line; empty while nothing is known. */
  of(line: string): string {
    return line === this.line ? [...new Set(this.texts.values())].join(' ') : '';
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
}
