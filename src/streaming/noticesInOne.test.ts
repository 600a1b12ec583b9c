import { ttlFrame } from '../testing/frames';

import { noticesInOne, withNotices } from './noticesInOne';

it('tells all of one severity in one notice, what matters most in front', () => {
  expect(
    noticesInOne([
      { severity: 'info', text: 'One.' },
      { severity: 'warning', text: 'Two.' },
      { severity: 'info', text: 'Three.', link: 'https://example.com' },
      { severity: 'info', text: 'One.' },
    ])
  ).toEqual([
    { severity: 'warning', text: 'Two.' },
    { severity: 'info', text: 'One. Three.' },
  ]);
  expect(noticesInOne([])).toEqual([]);
});

it('goes before what a frame tells already', () => {
  const frame = ttlFrame('A', [[1, 64]], { notices: [{ severity: 'info', text: 'Own.' }], custom: { a: 1 } });
  expect(withNotices(frame, [{ severity: 'info', text: 'Added.' }]).meta).toEqual({
    notices: [{ severity: 'info', text: 'Added. Own.' }],
    custom: { a: 1 },
  });
  expect(withNotices(frame, [])).toBe(frame);
});
