import { t } from './t';

/** `in` and `out`, as they stand in the column `direction`; what else stands there stays as it is. */
export function directionInWords(direction: string): string {
  switch (direction) {
    case 'in':
      return t('direction-word.in', 'in');
    case 'out':
      return t('direction-word.out', 'out');
    default:
      return direction;
  }
}
