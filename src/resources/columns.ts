/** One column that rows of a kind can have, as the resource `columns` tells it. */
export interface RowColumn {
  name: string;
  type: 'time' | 'string' | 'number' | 'boolean';
  nullable: boolean;
  description: string;
  /** It is shown only where it is asked for by name, and is none of "all columns". */
  optional?: boolean;
}

export interface ColumnsResponse {
  columns: RowColumn[];
}
