import { config } from '@grafana/runtime';

/** Whose customs numbers follow: the language chosen in Grafana, else the browser's. */
export function locale(): string | undefined {
  const { language } = config.bootData.user;
  return isLocale(language) ? language : undefined;
}

/** Whether a browser can know what that is; Grafana has no language where nobody has chosen one. */
function isLocale(text: string | undefined): text is string {
  try {
    return Boolean(text) && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
