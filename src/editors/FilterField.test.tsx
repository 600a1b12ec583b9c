import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import type { FilterReading, FilterVerdict } from '../query/filterReading';
import { MEANING, recordedReading } from '../testing/filterAnswers';
import { NOTHING_SEEN, WORDS } from '../testing/filterWords';

import { FilterField } from './FilterField';

const VOCABULARY = { words: WORDS, addresses: [{ text: '192.0.2.2', meaning: 'address of eth0' }], seen: NOTHING_SEEN };

interface Field {
  read: jest.Mock<Promise<FilterReading>, [string, number?]>;
  focus: jest.Mock;
  commit: jest.Mock;
}

const MEANS: FilterVerdict = { state: 'meaning', meaning: MEANING };

function open(value = '', verdict: FilterVerdict = MEANS): Field {
  const field: Field = {
    read: jest.fn<Promise<FilterReading>, [string, number?]>((filter, cursor) =>
      Promise.resolve(recordedReading(filter, cursor, verdict))
    ),
    focus: jest.fn(),
    commit: jest.fn(),
  };
  function Editor() {
    const [filter, setFilter] = useState(value);
    return (
      <FilterField
        id="filter"
        value={filter}
        isOfFlows={false}
        vocabulary={VOCABULARY}
        read={field.read}
        onFocus={field.focus}
        onCommit={(committed) => {
          field.commit(committed);
          setFilter(committed ?? '');
        }}
      />
    );
  }
  render(<Editor />);
  return field;
}

const input = (): HTMLInputElement => screen.getByLabelText('Filter');
const meaning = () => screen.getByRole('status');
const options = () => screen.queryAllByRole('option').map((option) => option.firstChild?.textContent);
const active = () => {
  const id = input().getAttribute('aria-activedescendant');
  return id === null ? undefined : document.getElementById(id)?.firstChild?.textContent;
};

describe('what it means', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const type = (text: string) => {
    fireEvent.change(input(), { target: { value: text } });
  };
  const wait = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));

  it('is every packet where there is none, and nobody is asked', async () => {
    const { read } = open();
    await wait(1_000);
    expect(meaning()).toHaveTextContent('Every packet.');
    expect(read).not.toHaveBeenCalled();
  });

  it('comes with a warning where no packet can match', async () => {
    open('tcp and udp', recordedReading('tcp and udp').verdict);
    await wait(1_000);
    expect(meaning()).toHaveTextContent(
      'Packets of TCP and of UDP. No packet can match: "tcp" and "udp" contradict each other, because a packet has one IP protocol.'
    );
  });

  it('is asked later for a long text', async () => {
    const { read } = open();
    type(`host {${'192.0.2.1,'.repeat(900)}192.0.2.2}`);
    await wait(250);
    expect(read).not.toHaveBeenCalled();
    await wait(100);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('has a button for each thing that may have been meant, which changes the filter', async () => {
    const { commit } = open('udp prot 53', recordedReading('udp prot 53').verdict);
    await wait(1_000);
    expect(meaning()).toHaveTextContent('udp prot 53expected and, or or the end but found "prot"');
    const button = screen.getByRole('button', { name: 'Did you mean port? Change the filter' });
    expect(button).toHaveTextContent('port');
    fireEvent.click(button);
    expect(commit).toHaveBeenCalledWith('udp port 53');
    expect(input()).toHaveValue('udp port 53');
  });

  it('translates a condition of Wireshark', async () => {
    const { commit } = open('ip.addr == 192.0.2.1', recordedReading('ip.addr == 192.0.2.1').verdict);
    await wait(1_000);
    fireEvent.click(screen.getByRole('button', { name: 'Did you mean host 192.0.2.1? Change the filter' }));
    expect(commit).toHaveBeenCalledWith('host 192.0.2.1');
  });

  it('does not change the value of a variable', async () => {
    const fault = {
      column: 5,
      length: 4,
      word: 'prot',
      message: 'it is wrong',
      suggestions: [{ column: 5, length: 4, text: 'port' }],
    };
    open('$filter', { state: 'fault', text: 'udp prot 53', fault, isInterpolated: true });
    await wait(1_000);
    expect(screen.getByRole('button', { name: /Did you mean port/ })).toHaveAttribute('aria-disabled', 'true');
  });

  it('is asked for at a pause, and shown when the text stands still, and does not run the query', async () => {
    const { read, commit } = open();
    type('tc');
    await wait(49);
    type('tcp');
    await wait(49);
    expect(read).not.toHaveBeenCalled();
    await wait(1);
    expect(read.mock.calls).toEqual([['tcp', 3]]);
    await wait(249);
    expect(meaning()).toBeEmptyDOMElement();
    await wait(1);
    expect(meaning()).toHaveTextContent('Packets of the test.');
    expect(input()).toHaveAccessibleDescription('Packets of the test.');
    expect(commit).not.toHaveBeenCalled();
  });

  it('is marked as old while something else is typed', async () => {
    open('tcp');
    await wait(300);
    expect(meaning()).toHaveAttribute('aria-busy', 'false');
    type('tcp or');
    expect(meaning()).toHaveAttribute('aria-busy', 'true');
    await wait(300);
    expect(meaning()).toHaveAttribute('aria-busy', 'false');
  });

  it('is not that of a text that was there before', async () => {
    const { read } = open();
    let answerFirst: (reading: FilterReading) => void = () => undefined;
    read.mockImplementationOnce(() => new Promise((resolve) => (answerFirst = resolve)));
    type('first');
    await wait(300);
    type('second');
    await wait(300);
    answerFirst(recordedReading('first', 5, { state: 'meaning', meaning: 'the first' }));
    await wait(300);
    expect(meaning()).toHaveTextContent('Packets of the test.');
  });

  it('is an error with the wrong word marked', async () => {
    const fault = { column: 8, length: 3, word: 'adn', message: 'expected and but found "adn"' };
    const text = 'host 1 adn tcp';
    open(text, { state: 'fault', text, fault, isInterpolated: false });
    expect(input()).toBeValid();
    await wait(300);
    expect(input()).toBeInvalid();
    expect(within(meaning()).getByText('adn')).toBe(meaning().querySelector('mark'));
    expect(meaning()).toHaveTextContent('host 1 adn tcpexpected and but found "adn"');
  });

  it('is an error in the text with the values of variables', async () => {
    const fault = { column: 6, length: 6, word: 'nosuch', message: 'names are not looked up' };
    const text = 'host nosuch';
    open('host $host', { state: 'fault', text, fault, isInterpolated: true });
    await wait(300);
    expect(meaning()).toHaveTextContent(
      'With the values of its variables in place, the filter reads:host nosuchnames are not looked up'
    );
  });

  it('says why a variable cannot be put in', async () => {
    open('host $host', { state: 'spoiled', reason: 'filter: "a or b" is not allowed' });
    await wait(300);
    expect(meaning()).toHaveTextContent('Filter: "a or b" is not allowed.');
    expect(input()).toBeInvalid();
  });

  it('says why it could not be asked', async () => {
    const { read } = open('tcp');
    read.mockRejectedValueOnce(new Error('the plugin is not there'));
    await wait(300);
    expect(meaning()).toHaveTextContent('The meaning of this filter is not available: the plugin is not there');
    expect(input()).toBeValid();
  });
});

describe('suggestions', () => {
  /** Waits for what the back end says of the text that stands there. */
  const answered = async ({ read }: Field, text: string) => {
    await waitFor(() => {
      expect(read.mock.calls.map(([filter]) => filter)).toContain(text);
    });
    await act(() => Promise.resolve());
  };

  it('follow what is typed and do not stand in its way', async () => {
    const field = open();
    expect(input()).toHaveAttribute('aria-expanded', 'false');
    await userEvent.type(input(), 'po');
    await answered(field, 'po');
    expect(options()).toEqual(['port', 'portrange']);
    expect(input()).toHaveAttribute('aria-expanded', 'true');
    expect(input()).toHaveAttribute('aria-controls', screen.getByRole('listbox').id);
    expect(active()).toBeUndefined();
    // Of a longer word nobody needs to ask.
    await userEvent.type(input(), 'rt');
    expect(options()).toEqual(['portrange']);
    await userEvent.type(input(), ' 80{Enter}');
    expect(field.commit.mock.calls).toEqual([['port 80']]);
    expect(options()).toEqual([]);
  });

  it('are gone through with the arrows, round and round, and taken with Enter', async () => {
    const field = open();
    await userEvent.type(input(), 'tcp po');
    await answered(field, 'tcp po');
    await userEvent.keyboard('{ArrowDown}');
    expect(active()).toBe('port');
    await userEvent.keyboard('{ArrowUp}');
    expect(active()).toBe('portrange');
    expect(screen.getByRole('option', { selected: true })).toHaveTextContent('portrange');
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(input()).toHaveValue('tcp port');
    expect(options()).toEqual([]);
    expect(field.commit).not.toHaveBeenCalled();
    await userEvent.keyboard('{Enter}');
    expect(field.commit.mock.calls).toEqual([['tcp port']]);
  });

  it('go into the middle of a text, and the cursor stays behind the word', async () => {
    const field = open('tcp  or udp');
    await userEvent.type(input(), 'po', { initialSelectionStart: 4, initialSelectionEnd: 4 });
    await answered(field, 'tcp po or udp');
    await userEvent.keyboard('{Tab}');
    expect(input()).toHaveValue('tcp port or udp');
    expect([input().selectionStart, input().selectionEnd]).toEqual([8, 8]);
    expect(input()).toHaveFocus();
    await userEvent.keyboard(' ');
    await answered(field, 'tcp port  or udp');
    expect(options()).toEqual(['http', 'https', 'ssdp']);
  });

  it('are not taken by Tab where the word is complete', async () => {
    const field = open();
    await userEvent.type(input(), 'port');
    await answered(field, 'port');
    expect(options()).toEqual(['portrange']);
    await userEvent.tab();
    expect(field.commit.mock.calls).toEqual([['port']]);
    expect(options()).toEqual([]);
  });

  it('are taken by a click, without leaving the field', async () => {
    const field = open();
    await userEvent.type(input(), 'host ');
    await userEvent.click(await screen.findByRole('option', { name: /192\.0\.2\.2/ }));
    expect(input()).toHaveValue('host 192.0.2.2');
    expect(input()).toHaveFocus();
    expect(field.commit).not.toHaveBeenCalled();
  });

  it('are closed by Escape until something is typed, and by moving the cursor', async () => {
    const field = open();
    await userEvent.type(input(), 'po');
    await answered(field, 'po');
    await userEvent.keyboard('{Escape}');
    expect(options()).toEqual([]);
    expect(input()).toHaveValue('po');
    await userEvent.type(input(), 'r');
    expect(options()).toEqual(['port', 'portrange']);
    await userEvent.keyboard('{ArrowLeft}');
    expect(options()).toEqual([]);
  });

  it('come where nothing is typed when asked for with Down', async () => {
    open();
    await userEvent.click(input());
    expect(options()).toEqual([]);
    await userEvent.keyboard('{ArrowDown}');
    expect(await screen.findByRole('option', { name: /^host/ })).toBeVisible();
  });

  it('are none where the back end does not answer', async () => {
    const field = open();
    field.read.mockRejectedValue(new Error('the plugin is not there'));
    await userEvent.type(input(), 'po');
    await answered(field, 'po');
    await userEvent.keyboard('{ArrowDown}{Tab}');
    expect(field.commit.mock.calls).toEqual([['po']]);
  });

  it('do not take Ctrl-Enter, which runs the query', async () => {
    const field = open();
    const { commit } = field;
    await userEvent.type(input(), 'po');
    await answered(field, 'po');
    await userEvent.keyboard('{ArrowDown}{Control>}{Enter}{/Control}');
    expect(commit.mock.calls).toEqual([['po']]);
    expect(options()).toEqual([]);
    await userEvent.type(input(), 'r{ArrowDown}{Meta>}{Enter}{/Meta}');
    expect(commit.mock.calls).toEqual([['po'], ['por']]);
  });

  it('are asked for when the field is entered', async () => {
    const { focus } = open();
    expect(focus).not.toHaveBeenCalled();
    await userEvent.type(input(), 'port');
    expect(focus).toHaveBeenCalledTimes(1);
  });
});

describe('colours', () => {
  const highlighted = () => screen.getByTestId('xdplive-query-filter-highlight');
  const classes = () =>
    [...highlighted().querySelectorAll('span')].map((part) => part.dataset.class).filter((of) => of !== undefined);
  const wrong = () =>
    [...highlighted().querySelectorAll('span')]
      .filter((part) => getComputedStyle(part).textDecoration.includes('wavy'))
      .map((part) => part.textContent);

  it('are those of the text in the input, and nothing for who does not see', async () => {
    open('host $host');
    await userEvent.type(input(), ' and tcp');
    expect(highlighted()).toHaveTextContent('host $host and tcp');
    await waitFor(() => {
      expect(classes()).toEqual(['keyword', 'variable', 'operator', 'keyword']);
    });
    expect(highlighted()).toHaveAttribute('aria-hidden', 'true');
    expect(getComputedStyle(highlighted()).pointerEvents).toBe('none');
  });

  it('follow the input where it is scrolled', () => {
    open('host 192.0.2.1');
    input().scrollLeft = 30;
    fireEvent.scroll(input());
    expect(highlighted().firstChild).toHaveStyle({ transform: 'translateX(-30px)' });
  });

  it('mark the wrong word while it is that text', async () => {
    jest.useFakeTimers();
    const fault = { column: 8, length: 3, word: 'adn', message: 'expected and' };
    open('host 1 adn tcp', { state: 'fault', text: 'host 1 adn tcp', fault, isInterpolated: false });
    expect(wrong()).toEqual([]);
    await act(() => jest.advanceTimersByTimeAsync(300));
    expect(wrong()).toEqual(['adn']);
    fireEvent.change(input(), { target: { value: 'host 1 and tcp' } });
    expect(wrong()).toEqual([]);
    jest.useRealTimers();
  });

  it('stay where a letter is typed until the answer comes, and an answer that comes too late changes nothing', async () => {
    jest.useFakeTimers();
    const { read } = open('tcp port 443');
    await act(() => jest.advanceTimersByTimeAsync(50));
    expect(classes()).toEqual(['keyword', 'keyword', 'value']);
    const answers: Array<(reading: FilterReading) => void> = [];
    read.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    for (const typed of ['tcp port 443 ', 'tcp port 443 o', 'tcp port 443 or']) {
      fireEvent.change(input(), { target: { value: typed } });
      expect(classes()).toEqual(['keyword', 'keyword', 'value']);
      await act(() => jest.advanceTimersByTimeAsync(50));
    }
    const answer = (number: number, typed: string) =>
      act(async () => {
        const tokens = [{ start: 13, end: typed.length, class: 'operator' as const }];
        answers[number]?.({ ...recordedReading(''), typed, tokens });
        await Promise.resolve();
      });
    await answer(2, 'tcp port 443 or');
    expect(classes()).toEqual(['operator']);
    await answer(1, 'tcp port 443 o');
    await answer(0, '');
    expect(classes()).toEqual(['operator']);
    jest.useRealTimers();
  });

  it('are none where the back end does not answer', async () => {
    jest.useFakeTimers();
    const { read } = open('tcp port 443');
    await act(() => jest.advanceTimersByTimeAsync(50));
    read.mockRejectedValue(new Error('the plugin is not there'));
    fireEvent.change(input(), { target: { value: 'tcp port 44' } });
    await act(() => jest.advanceTimersByTimeAsync(300));
    expect(classes()).toEqual([]);
    expect(highlighted()).toHaveTextContent('tcp port 44');
    expect(meaning()).toHaveTextContent('The meaning of this filter is not available: the plugin is not there');
    jest.useRealTimers();
  });

  it('mark nothing where the fault is in the value of a variable', async () => {
    jest.useFakeTimers();
    const fault = { column: 6, length: 6, word: 'nosuch', message: 'names are not looked up' };
    open('host $host', { state: 'fault', text: 'host nosuch', fault, isInterpolated: true });
    await act(() => jest.advanceTimersByTimeAsync(300));
    expect(input()).toBeInvalid();
    expect(wrong()).toEqual([]);
    jest.useRealTimers();
  });
});
