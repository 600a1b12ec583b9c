import {
  FieldType,
  type DataFrame,
  type DataLink,
  type DataQueryResponse,
  type Field,
  type FieldConfig,
} from '@grafana/data';

import { isOfGraph, isOfMatrix, isOfSeries, kindOf } from '../query/kinds';
import { isEveryMachine } from '../query/machines';
import type { XdpQuery } from '../query/model';
import { TAGS } from '../query/tags';
import { mapFrames } from '../streaming/mapFrames';
import type { Pause } from '../streaming/pause';

import { linksOfColumn, linksOfEnd, linksOfGroup, linksOfRate, type LinkTarget, type Pages } from './links';
import { lookOfColumn, lookOfGroup, MATRIX, type Look } from './looks';
import { pauseLink } from './pauseLink';

const FILTERABLE = TAGS.map(({ key }) => key);

/** What is added to the configuration of a field. */
interface Dress {
  look: Look;
  links: DataLink[];
  /** The same with the one that pauses the panel, where that is possible. */
  pausing: DataLink[];
  isFilterable: boolean;
}

/** Finds the dress of a field, among the fields of its frame. */
type DressOf = (field: Field, beside: readonly Field[]) => Dress;

/**
 * Has the fields of answers look right where a panel says nothing: units come with them, decimals, colours and links to
 * the packets behind a value from here, and "Filter for value" in cells whose column an ad hoc filter can have.
 *
 * The frames stay as they are, because panels that share a stream share the configuration of its fields. Each field gets
 * a configuration of its own each time, as Grafana writes a panel's settings into it; what it holds stays the same, so
 * that a panel sees no change where there is none. Queries have the values of their variables in place. `pause` is that of
 * the panel, which its times and series have a link to while something streams.
 */
export function dresser(queries: readonly XdpQuery[], pages: () => Pages, pause?: Pause) {
  const pausing = pause && pauseLink(pause);
  const byRefId = new Map(queries.map((query) => [query.refId, dressesOf(query, pages, pausing)]));
  return (answer: DataQueryResponse): DataQueryResponse =>
    mapFrames(answer, (frame) => {
      const dressOf = byRefId.get(frame.refId ?? '');
      return dressOf === undefined ? frame : dressed(frame, dressOf, pause?.isPossible === true);
    });
}

function dressed({ refId, name, meta, fields, length }: DataFrame, dressOf: DressOf, canPause: boolean): DataFrame {
  return {
    refId,
    name,
    meta,
    length,
    fields: fields.map((field) => ({ ...field, config: configOf(field.config, dressOf(field, fields), canPause) })),
  };
}

function configOf(config: FieldConfig, dress: Dress, canPause: boolean): FieldConfig {
  const { look, isFilterable } = dress;
  const { custom } = look;
  const links = canPause ? dress.pausing : dress.links;
  return {
    ...look,
    ...config,
    ...(custom !== undefined && { custom: { ...custom } }),
    ...(links.length > 0 && { links }),
    ...(isFilterable && { filterable: true }),
  };
}

/** The dress of each field of a query's frames, made once. */
function dressesOf(query: XdpQuery, pages: () => Pages, pausing?: DataLink): DressOf {
  const made = new Map<string, Dress>();
  const isOfPackets = ['packets', 'flows', 'drops'].includes(kindOf(query)?.kind ?? '');
  const isOfRows = !isOfSeries(query);
  const { hosts = [], interfaces = [] } = query;
  const scope = { machines: isEveryMachine(hosts) ? [] : hosts, interfaces };
  const target: LinkTarget = { pages, scope, decapsulate: query.decapsulate };
  const make = (
    name: string,
    type: FieldType,
    group: string | undefined,
    isOfEdges: boolean
  ): Omit<Dress, 'pausing'> => {
    if (query.groupBy !== undefined && group !== undefined) {
      const links = linksOfGroup(query.groupBy, group, target);
      return { look: lookOfGroup(query.groupBy, group), links, isFilterable: false };
    }
    if (!isOfRows) {
      return {
        look: {},
        links: type === FieldType.number ? linksOfRate(query.filter, target) : [],
        isFilterable: false,
      };
    }
    if (isOfMatrix(query)) {
      const isOfBits = type === FieldType.number;
      return { look: isOfBits ? MATRIX : {}, links: isOfBits ? [] : linksOfEnd(target), isFilterable: false };
    }
    if (isOfGraph(query)) {
      const ends = isOfEdges ? ['source', 'target'] : ['id'];
      const links = ends.includes(name) ? linksOfEnd(target) : [];
      return { look: lookOfColumn(name), links, isFilterable: false };
    }
    return {
      look: lookOfColumn(name),
      links: isOfPackets ? linksOfColumn(name, target) : [],
      isFilterable: isOfPackets && FILTERABLE.includes(name),
    };
  };
  return ({ name, type, labels }, beside) => {
    const group = type === FieldType.number ? labels?.[query.groupBy ?? ''] : undefined;
    // Nodes and edges of a graph both have an id, which is an address of nodes alone.
    const isOfEdges = isOfGraph(query) && beside.some((field) => field.name === 'target');
    const key = JSON.stringify([name, group, isOfEdges]);
    const known = made.get(key);
    if (known !== undefined) {
      return known;
    }
    const dress = make(name, type, group, isOfEdges);
    const hasPause = type === FieldType.time || (!isOfRows && type === FieldType.number);
    const added = { ...dress, pausing: hasPause && pausing ? [...dress.links, pausing] : dress.links };
    made.set(key, added);
    return added;
  };
}
