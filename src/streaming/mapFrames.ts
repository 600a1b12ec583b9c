import { isDataFrame, type DataFrame, type DataQueryResponse } from '@grafana/data';

/** An answer with each of its frames as `change` makes it; whatever else it holds stays. */
export function mapFrames(answer: DataQueryResponse, change: (frame: DataFrame) => DataFrame): DataQueryResponse {
  return { ...answer, data: answer.data.map((frame: unknown) => (isDataFrame(frame) ? change(frame) : frame)) };
}
