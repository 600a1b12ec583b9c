import fs from 'fs';
import path from 'path';

import { id, languages } from '../plugin.json';

type Texts = { [key: string]: string | Texts };

/** What plural forms of a language are called that English has not. */
const ENDINGS_OF_PLURALS = /_(?:zero|one|two|few|many|other)$/;

function textsOf(language: string): Map<string, string> {
  const file = path.resolve(__dirname, '../locales', language, `${id}.json`);
  return new Map(flat(JSON.parse(fs.readFileSync(file, 'utf8')) as Texts));
}

function flat(texts: Texts, before = ''): Array<[key: string, text: string]> {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [[before + key, text] as [string, string]] : flat(text, `${before}${key}.`)
  );
}

/** What code puts into a text: values such as `{{host}}`, and elements such as `<2>…</2>`. */
function insertsOf(text: string): string[] {
  return (text.match(/\{\{[^{}]*\}\}|<\/?\w+>/g) ?? []).sort();
}

const ENGLISH = textsOf('en-US');
const OTHERS = languages.filter((language) => language !== 'en-US');

it('has a directory of texts for each language of plugin.json, and no other', () => {
  const directories = fs.readdirSync(path.resolve(__dirname, '../locales'));
  expect([...directories].sort()).toEqual([...languages].sort());
  expect(OTHERS.length).toBeGreaterThan(1);
});

describe.each(OTHERS)('%s', (language) => {
  const texts = textsOf(language);
  const singularOf = (key: string) => key.replace(ENDINGS_OF_PLURALS, '');

  it('has every text, in every plural that the language has, and none that is not asked for', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const keys = [...ENGLISH.keys()].flatMap((key) =>
      ENDINGS_OF_PLURALS.test(key) ? pluralCategories.map((category) => `${singularOf(key)}_${category}`) : [key]
    );
    expect([...texts.keys()].sort()).toEqual([...new Set(keys)].sort());
    expect([...texts].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('puts into each text what English puts there', () => {
    const inserts = (of: Map<string, string>) =>
      [...of].map(([key, text]) => `${singularOf(key)}: ${insertsOf(text).join(' ')}`);
    expect([...new Set(inserts(texts))].sort()).toEqual([...new Set(inserts(ENGLISH))].sort());
  });

  it('is a translation: hardly a sentence is the same as in English', () => {
    const isSentence = (text: string) => text.split(' ').length > 3;
    const same = [...texts].filter(([key, text]) => isSentence(text) && ENGLISH.get(key) === text);
    expect(same.map(([key]) => key)).toEqual(['group.ethertype.description', 'group.protocol.description']);
  });
});
