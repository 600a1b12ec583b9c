/** What Grafana keeps encrypted. */
export interface XdpSecrets {
  natsCredentials?: string;
  natsTlsCa?: string;
  natsTlsCertificate?: string;
  natsTlsKey?: string;
}
