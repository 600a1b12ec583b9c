/** One pattern a line or between commas, as an administrator types or pastes them. */
export function parsePatterns(text: string): string[] | undefined {
  const patterns = text.split(/[\s,]+/).filter((pattern) => pattern !== '');
  return patterns.length === 0 ? undefined : patterns;
}
