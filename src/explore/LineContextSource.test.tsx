import { LogRowContextQueryDirection } from '@grafana/data';
import { act, render, screen } from '@testing-library/react';

import { LineContextSource } from './LineContextSource';
import { ToldContext } from './toldContext';

const { Backward, Forward } = LogRowContextQueryDirection;

it('tells what is known of the line that is looked at, each thing once', () => {
  const told = new ToldContext();
  render(<LineContextSource told={told} line="A_1" />);
  expect(screen.getByRole('status')).toBeEmptyDOMElement();
  const tell = (line: string, direction: LogRowContextQueryDirection, text: string) => {
    act(() => {
      told.tell(line, direction, text);
    });
  };
  tell('A_1', Backward, 'One.');
  tell('A_1', Forward, 'One.');
  expect(screen.getByRole('status')).toHaveTextContent(/^One\.$/);
  tell('A_1', Forward, 'Two.');
  expect(screen.getByRole('status')).toHaveTextContent(/^One\. Two\.$/);
  tell('A_2', Forward, 'Three.');
  expect(screen.getByRole('status')).toBeEmptyDOMElement();
});
