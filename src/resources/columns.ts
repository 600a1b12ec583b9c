/** One column that rows of a kind can have, as the resource `columns` tells it. */
export interface RowColumn {
  name: string;
  type: 'time' | 'string' | 'number' | 'boolean';
  nullable: boolean;
  description: string;
}

export interface ColumnsResponse {
  columns: RowColumn[];
}
