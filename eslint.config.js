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
    // Maps and sets of the state are local to a method, or kept from the view on purpose.
    files: ['**/*.svelte.ts'],
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
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
    // In a component one destructuring may hold what is bound and what is not.
    files: ['**/*.svelte'],
    rules: {
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
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
