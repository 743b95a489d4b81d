import svelte from 'eslint-plugin-svelte'
import tseslint from 'typescript-eslint'

const restrictedSyntax = [
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Use core/random.ts: every draw belongs to a named, seeded stream.',
  },
]

export default tseslint.config(
  {
    ignores: ['node_modules/', '.cache/', 'out/', 'resources/', 'bench/results/', 'test/fixtures/'],
  },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    // The types know what is defined, the globals of browsers included.
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.ts', '**/*.js', '**/*.svelte'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'no-restricted-syntax': ['error', ...restrictedSyntax],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...restrictedSyntax,
        {
          selector: "MemberExpression[property.name='only']",
          message: 'A focused test hides the others.',
        },
      ],
    },
  },
)
