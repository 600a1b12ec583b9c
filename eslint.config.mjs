import grafana from '@grafana/eslint-config';
import i18n from '@grafana/i18n/eslint-plugin';
import typescript from '@typescript-eslint/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';

export default defineConfig([
  globalIgnores(['bench/results/', 'coverage/', 'dist/', 'docs/', 'ebpf/', 'node_modules/', 'pkg/', 'target/']),
  grafana,
  {
    // Components are TypeScript, which checks their properties.
    rules: { 'react/prop-types': 'off', 'react/react-in-jsx-scope': 'off' },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [typescript.configs['flat/strict-type-checked']],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['dashboards/**'],
    // Plugins bring dashboards of the classic schema, which Grafana's builders call deprecated.
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}', 'src/dashboards/**', 'src/testing/**'],
    plugins: { '@grafana/i18n': i18n },
    rules: {
      '@grafana/i18n/no-untranslated-strings': ['error', { calleesToIgnore: ['^css$'] }],
      '@grafana/i18n/no-translation-top-level': 'error',
    },
  },
  {
    files: ['tests/**'],
    // Playwright's fixtures hand over what they made by a function called `use`, which is no hook of React.
    rules: { 'react-hooks/rules-of-hooks': 'off' },
  },
  {
    files: ['src/testing/**', 'src/dashboards/**', 'src/**/*.test.{ts,tsx}', 'tests/**'],
    // Fixtures fill in what Grafana's types still ask for.
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
]);
