import type { RowColumn } from '../resources/columns';

export function column(name: string, type: RowColumn['type'], nullable: boolean): RowColumn {
  return { name, type, nullable, description: `the column ${name}` };
}
