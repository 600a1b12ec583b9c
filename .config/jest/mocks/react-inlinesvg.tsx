/** Stands in for Grafana's icons, which a test has no server to load from. */
export default function InlineSvg() {
  return <svg />;
}
