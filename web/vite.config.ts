import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { precompress } from './build/precompress'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const server = process.env.LOOPBANK_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [
    vue(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/app',
      filename: 'service-worker.ts',
      // The app registers the worker itself: an inline script would break the content security policy.
      injectRegister: false,
      injectManifest: {
        globPatterns: ['index.html', 'assets/*.{js,css}', 'assets/*-latin-wght-*.woff2', 'icons/*.svg'],
        // The API reference and the camera decoder are fetched when someone opens them.
        globIgnores: ['**/docs-*', '**/jsQR-*'],
      },
      // One manifest per theme lies in public/; apply-theme.ts points the page to the right one.
      manifest: false,
    }),
    precompress(),
  ],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  resolve: { alias: { '@': at('./src') } },
  build: {
    target: ['es2022', 'safari16', 'chrome105', 'firefox115'],
    manifest: true,
    // Data addresses would be fine with the policy, but files are cached once for every page.
    assetsInlineLimit: 0,
    rollupOptions: { input: { index: at('./index.html'), docs: at('./docs.html') } },
  },
  server: {
    proxy: { '/api': server, '/oauth': server, '/openapi.json': server, '/health': server },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.spec.ts'],
    restoreMocks: true,
  },
})
