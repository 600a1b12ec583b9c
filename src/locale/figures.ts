import { locale } from './locale';

const formats = new Map<string | undefined, Intl.NumberFormat>();

function format(): Intl.NumberFormat {
  const chosen = locale();
  const known = formats.get(chosen) ?? new Intl.NumberFormat(chosen);
  formats.set(chosen, known);
  return known;
}

/** `1,234`, or `1.234` where that is the custom. */
export function figure(value: number): string {
  return format().format(value);
}

/** The whole number that a text is, with digits in groups as {@link figure} writes them or in a row; undefined where it is none. */
export function wholeNumberIn(text: string): number | undefined {
  const separator = format()
    .formatToParts(1_234_567)
    .find(({ type }) => type === 'group')?.value;
  const groups = withPlainSpaces(text.trim()).split(withPlainSpaces(separator ?? ','));
  const isGrouped = groups.every((group, index) => (index === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(group));
  const isInARow = groups.length === 1 && /^\d+$/.test(text.trim());
  return isGrouped || isInARow ? Number(groups.join('')) : undefined;
}

/** Languages separate groups by spaces that no keyboard has. */
function withPlainSpaces(text: string): string {
  return text.replace(/\s/g, ' ');
}
