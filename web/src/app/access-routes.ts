import type { RouteLocationNormalized, RouteRecordInfo, RouteRecordRaw } from 'vue-router'

type None = Record<never, never>
type Named<Name extends string, Path extends string> = RouteRecordInfo<Name, Path, None, None>

/** The ways in, the ways back in, and what keeps others out. */
export interface AccessRoutes {
  'sign-in': Named<'sign-in', '/sign-in'>
  'sign-in-code': Named<'sign-in-code', '/sign-in/code'>
  'go-on': Named<'go-on', '/go-on'>
  register: Named<'register', '/register'>
  forgot: Named<'forgot', '/forgot'>
  reset: Named<'reset', '/reset'>
  verify: Named<'verify', '/verify'>
  'profile-address': Named<'profile-address', '/profile/address'>
  security: Named<'security', '/security'>
  'security-app': Named<'security-app', '/security/app'>
  'security-codes': Named<'security-codes', '/security/codes'>
}

type Screen = RouteRecordRaw & { name: keyof AccessRoutes }

/** The secret of a link stands behind the #, which browsers never send to a server; other programs write ?token=. */
function secretOf({ hash, query }: RouteLocationNormalized): string {
  return hash.slice(1) || (typeof query.token === 'string' ? query.token : '')
}

/** What the server says behind the # when a browser comes back from Google. */
function outcomeOf({ hash }: RouteLocationNormalized): { isLinked: boolean; refused: string; challenge: string } {
  const told = new URLSearchParams(hash.slice(1))
  return { isLinked: told.has('linked'), refused: told.get('refused') ?? '', challenge: told.get('challenge') ?? '' }
}

export const accessRoutes: Screen[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('@/features/sign-in/SignInPage.vue'),
    props: (route) => ({ outcome: outcomeOf(route) }),
    meta: { title: 'access.title', access: 'guests', area: 'access' },
  },
  { path: '/sign-in/code', name: 'sign-in-code', component: () => import('@/features/sign-in/CodePage.vue'), meta: { title: 'access.codeTitle', access: 'guests', area: 'access' } },
  {
    path: '/go-on',
    name: 'go-on',
    component: () => import('@/features/sign-in/GoOnPage.vue'),
    props: (route) => ({ to: typeof route.query.to === 'string' ? route.query.to : '' }),
    meta: { title: 'access.goOnTitle', access: 'people', area: 'access' },
  },
  { path: '/register', name: 'register', component: () => import('@/features/sign-in/RegisterPage.vue'), meta: { title: 'register.title', access: 'guests', area: 'access' } },
  { path: '/forgot', name: 'forgot', component: () => import('@/features/sign-in/ForgotPage.vue'), meta: { title: 'access.forgot', access: 'everyone', area: 'access' } },
  {
    path: '/reset',
    // Short enough to be printed on a slip, for people whose phone cannot scan.
    alias: '/slip',
    name: 'reset',
    component: () => import('@/features/sign-in/ResetPage.vue'),
    props: (route) => ({ secret: secretOf(route) }),
    meta: { title: 'reset.title', access: 'everyone', area: 'access' },
  },
  {
    path: '/verify',
    name: 'verify',
    component: () => import('@/features/mail-address/VerifyPage.vue'),
    props: (route) => ({ secret: secretOf(route) }),
    meta: { title: 'access.verifyTitle', access: 'everyone', area: 'access' },
  },
  { path: '/profile/address', name: 'profile-address', component: () => import('@/features/mail-address/AddressPage.vue'), meta: { title: 'access.addressTitle', access: 'people', area: 'access' } },
  {
    path: '/security',
    name: 'security',
    component: () => import('@/features/security/SecurityPage.vue'),
    props: (route) => ({ outcome: outcomeOf(route) }),
    meta: { title: 'security.title', access: 'people', area: 'security' },
  },
  { path: '/security/app', name: 'security-app', component: () => import('@/features/security/AppPage.vue'), meta: { title: 'security.addApp', access: 'people', area: 'security' } },
  { path: '/security/codes', name: 'security-codes', component: () => import('@/features/security/CodesPage.vue'), meta: { title: 'security.codes', access: 'people', area: 'security' } },
]
