import { t as translate } from '@grafana/i18n';

/** What stands in a text, and with `count` which of its plurals it is: `defaultValue_one` is the English singular. */
type Values = Record<string, string | number>;

/**
 * A text in the language that the user has chosen in Grafana, in English where it has none. Values stand in it as they are,
 * because React takes care of what they contain.
 */
export function t(key: string, english: string, values: Values = {}): string {
  return translate(key, english, { ...values, interpolation: { escapeValue: false } });
}
