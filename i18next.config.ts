import { defineConfig } from 'i18next-cli';

import { id, languages } from './src/plugin.json';

/** `npm run i18n-extract` writes what the code asks for into `src/locales`: English as it is there, the others to be translated. */
export default defineConfig({
  locales: languages,
  extract: {
    input: ['src/**/*.{ts,tsx}'],
    ignore: ['src/**/*.test.{ts,tsx}', 'src/testing/**', 'src/dashboards/**'],
    output: 'src/locales/{{language}}/{{namespace}}.json',
    defaultNS: id,
    functions: ['t'],
    transComponents: ['Trans'],
  },
});
