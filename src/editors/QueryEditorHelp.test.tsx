import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { FILTER_EXAMPLES } from '../query/filterExamples';
import { testDataSource } from '../testing/dataSource';

import { QueryEditorHelp } from './QueryEditorHelp';

it('puts the example that is clicked into the query', async () => {
  const choose = jest.fn();
  const query = { refId: 'A', interfaces: ['eth0'], limit: 50 };
  render(<QueryEditorHelp datasource={testDataSource()} query={query} onClickExample={choose} />);
  expect(screen.getAllByRole('button')).toHaveLength(FILTER_EXAMPLES.length);
  FILTER_EXAMPLES.forEach(({ shows }) => {
    expect(screen.getByText(shows())).toBeVisible();
  });
  await userEvent.click(screen.getByRole('button', { name: 'ip multicast and ttl 1' }));
  expect(choose.mock.calls).toEqual([[{ ...query, filter: 'ip multicast and ttl 1' }]]);
});
