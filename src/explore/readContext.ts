import {
  isDataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type LogRowContextOptions,
  type LogRowModel,
} from '@grafana/data';
import { lastValueFrom, type Observable } from 'rxjs';

import type { XdpQuery } from '../query/model';

import { contextIn, contextRequest, lineOf, tellContext } from './lineContext';
import type { ToldContext } from './toldContext';

/**
 * The lines before or after a line, as far as the back end, which `ask` reaches, keeps their packets. One of the queries
 * for them may be refused, as where there is no room for its filter: the answers to the others count.
 */
export async function readContext(
  row: LogRowModel,
  options: LogRowContextOptions = {},
  ask: (request: DataQueryRequest<XdpQuery>) => Observable<DataQueryResponse>,
  told: ToldContext
): Promise<DataQueryResponse> {
  const line = lineOf(row);
  if (line === undefined) {
    return { data: [] };
  }
  const { data } = await lastValueFrom(ask(contextRequest(line, options)));
  const { of, frame } = contextIn(data.filter(isDataFrame), line, options);
  // Lines that are context themselves are of what is told already.
  if (line.contextOf === undefined) {
    told.tell(row.uid, options.direction, tellContext(of, line));
  }
  return { data: frame === undefined ? [] : [frame] };
}
