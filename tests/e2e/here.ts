/** The data source that `provisioning/` sets up. */
export const DATA_SOURCE = { name: 'XDP Live', uid: 'xdplive' };

/** An interface with packets on it: tools/e2e.sh pings there. */
export const INTERFACE = process.env.INTERFACE ?? 'lo';
