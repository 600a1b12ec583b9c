/** One column that packet rows can have, as the resource `columns` tells it. */
export interface PacketColumn {
  name: string;
  type: 'time' | 'string' | 'number' | 'boolean';
  nullable: boolean;
  description: string;
}

export interface ColumnsResponse {
  columns: PacketColumn[];
}
