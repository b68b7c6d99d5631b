import js from '@eslint/js'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'src/shared/api/*.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: tseslint.parser },
    },
    rules: {
      // The type checker already knows every name.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-restricted-globals': ['error', { name: 'alert', message: 'Show the message on the page.' }],
      complexity: ['error', 12],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': 'error',
      'vue/max-lines-per-block': ['error', { script: 150, template: 130, style: 130 }],
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      // Line breaks are a matter of reading, not of correctness.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      // Optional props are undefined on purpose: strict optional types say so.
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['**/*.vue', '**/*.ts'],
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
  {
    files: ['**/*.vue'],
    // A setup block is a list of declarations; its length is limited per block above.
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', { max: 250 }] },
  },
  {
    files: ['src/features/**', 'src/shared/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@/features/*', '@/app/*'], message: 'Features share through src/shared only.' }] },
      ],
    },
  },
  {
    files: ['**/*.spec.ts'],
    // A describe block is a chapter, not a function.
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['build/**', '*.config.*'],
    languageOptions: { globals: globals.node },
  },
)
