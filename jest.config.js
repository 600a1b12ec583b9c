// Times are shown in the local zone: one zone for all, so that a test reads alike everywhere.
process.env.TZ = 'UTC';

/** Packages that come as ECMAScript modules only, which Jest runs after they are transformed. */
const modulesOnly = [
  '@marcbachmann/cel-js',
  '@react-hookz/web',
  '@ver0/deep-equal',
  '@wojtekmaj/date-utils',
  'get-user-locale',
  'marked',
  'memoize',
  'mimic-function',
  'ol',
  'react-calendar',
  'react-colorful',
  'rxjs',
  'uuid',
];

module.exports = {
  testEnvironment: 'jest-environment-jsdom',
  // Editors with lists of @grafana/ui take seconds to draw on a busy machine; a test that hangs still ends.
  testTimeout: 60_000,
  roots: ['<rootDir>/src', '<rootDir>/.config'],
  setupFilesAfterEnv: ['<rootDir>/jest-setup.js'],
  moduleNameMapper: {
    // Jest never transforms a file named .mjs.
    '^(d3(-[a-z-]+)?)$': '<rootDir>/node_modules/$1/dist/$1.js',
    '\\.css$': '<rootDir>/.config/jest/mocks/styles.js',
    'react-inlinesvg': '<rootDir>/.config/jest/mocks/react-inlinesvg.tsx',
  },
  transform: {
    '\\.[jt]sx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(.*/)?(${modulesOnly.join('|')})/)`],
};
