/** The command that gives the plugin its rights. */
export const SETCAP = 'sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep /plugins/gpx_xdplive_linux_amd64';

const KERNEL = { name: 'kernel', outcome: 'ok', detail: '6.12.0: XDP and TCX' };

/** How a veth pair would be watched, as the back end tells it. */
const HOOKS = [
  { direction: 'in', hook: 'xdp-native', auto: false, possible: true, inForce: false, reason: '' },
  { direction: 'in', hook: 'tcx', auto: true, possible: true, inForce: false, reason: 'the device is virtual' },
  { direction: 'out', hook: 'tcx', auto: true, possible: true, inForce: false, reason: '' },
];

/** Grafana's answer to the health check of a machine on which all is well. */
export const WELL = {
  status: 'OK',
  message: 'XDP Live is ready on nas. Watched now: eth0 in by tcx.',
  details: {
    host: 'nas',
    problems: [],
    verboseMessage: '',
    report: { checks: [KERNEL], interfaces: [{ interface: 'eth0', hooks: HOOKS }] },
  },
};

/** The same without rights, and with a wrong setting. */
export const ILL = {
  status: 'ERROR',
  message: 'XDP Live is not ready on nas.\nmax_limit is wrong\nrights: user 472 lacks CAP_BPF.',
  details: {
    host: 'nas',
    problems: ['max_limit is wrong'],
    verboseMessage: '',
    report: {
      checks: [
        KERNEL,
        {
          name: 'rights',
          outcome: 'failed',
          detail: 'user 472 lacks CAP_BPF',
          fix: `${SETCAP}, then restart Grafana`,
          commands: [SETCAP],
        },
      ],
      interfaces: [],
    },
  },
};
