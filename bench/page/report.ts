/** Prints what was measured. Of times below 50 ms, tasks are not told one by one: 0 is the longest of those. */
export function report(title: string, figures: Record<string, number>): void {
  const lines = Object.entries(figures).map(
    ([name, figure]) => `  ${figure.toFixed(figure < 10 ? 2 : 0).padStart(8)}  ${name}`
  );
  process.stdout.write([title, ...lines, ''].join('\n'));
}
