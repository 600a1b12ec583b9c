import { t } from './t';

/** `in` and `out`, as they stand in the column `direction` */
export function directionInWords(direction: 'in' | 'out'): string {
  return direction === 'in' ? t('direction-word.in', 'in') : t('direction-word.out', 'out');
}
