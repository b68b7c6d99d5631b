/** The package ships no types for its module bundle; these are the options this page uses. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerOptions {
    url: string
    dom_id: string
    deepLinking: boolean
    filter: boolean
    tryItOutEnabled: boolean
    validatorUrl: string | null
    persistAuthorization: boolean
  }
  export default function SwaggerUI(options: SwaggerOptions): void
}
