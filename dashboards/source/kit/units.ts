/** One system of units for all dashboards: SI, as networks are measured in. Grafana's names. */
export const UNITS = {
  bitsPerSecond: 'bps',
  packetsPerSecond: 'pps',
  /** Where there is often less than one a second: `pps` calls half a packet 500 mp/s. */
  rarePacketsPerSecond: 'count:p/s',
  bytes: 'decbytes',
  /** Counts are exact, so they are written out. */
  count: 'locale',
  percent: 'percent',
  nanoseconds: 'ns',
  /** A clock's time, to the millisecond. */
  moment: 'time:HH:mm:ss.SSS',
  clock: 'time:HH:mm:ss',
  /** A number that is a name, such as a port. */
  name: 'none',
} as const;

export type Unit = (typeof UNITS)[keyof typeof UNITS];
