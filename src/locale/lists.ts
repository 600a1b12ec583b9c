import { t } from './t';

/** `eth0`, `eth0 and lo`, `eth0, lo and wg0` */
export function listed(texts: readonly string[]): string {
  const [last = ''] = texts.slice(-1);
  return texts.length < 2
    ? last
    : t('list.all', '{{texts}} and {{last}}', { texts: texts.slice(0, -1).join(', '), last });
}

/** `hosts`, `hosts or ports`, `hosts, ports or vlans` */
export function anyOf(texts: readonly string[]): string {
  const [last = ''] = texts.slice(-1);
  return texts.length < 2
    ? last
    : t('list.any', '{{texts}} or {{last}}', { texts: texts.slice(0, -1).join(', '), last });
}
