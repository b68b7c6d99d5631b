// Writes the API types from the committed contracts, so that a changed contract breaks the type check and not a phone.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const web = fileURLToPath(new URL('..', import.meta.url))

for (const service of ['auth', 'coin']) {
  execFileSync(
    'node_modules/.bin/openapi-typescript',
    [`../api/${service}.openapi.json`, '--output', `src/shared/api/${service}.d.ts`],
    { cwd: web, stdio: 'inherit' },
  )
}
