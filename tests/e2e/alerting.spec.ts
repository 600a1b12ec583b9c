import { expect, test } from '@grafana/plugin-e2e';

/** What Grafana says of a rule. */
interface Rule {
  name: string;
  health: string;
  lastError?: string;
  state: string;
}

interface RulesResponse {
  data: { groups: Array<{ name: string; rules: Rule[] }> };
}

test('the provisioned rules are evaluated without an error', async ({ page }) => {
  const rules = async () => {
    const response = await page.request.get('/api/prometheus/grafana/api/v1/rules');
    const { data } = (await response.json()) as RulesResponse;
    return data.groups
      .filter(({ name }) => name === 'XDP Live')
      .flatMap((group) => group.rules.map(({ name, health, lastError = '' }) => `${name}: ${health}${lastError}`));
  };
  await expect
    .poll(rules, { timeout: 120_000 })
    .toEqual(['Multicast with TTL 1: ok', 'Interface drops packets: ok', 'Rows lost: ok']);
});
