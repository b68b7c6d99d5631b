import type { Pinia } from 'pinia'
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type RouteRecordInfo,
  type RouteRecordRaw,
} from 'vue-router'
import { NO_COINS } from '@/shared/money/coins'
import { loadAreaTexts, type TextArea } from '@/shared/i18n/area-texts'
import type { BankI18n } from '@/shared/i18n/bank-i18n'
import { useSendStore } from '@/features/send/send.store'
import { useSessionStore } from '@/shared/session/session.store'
import { accessRoutes, type AccessRoutes } from './access-routes'
import { deskRoutes, type DeskRoutes } from './desk-routes'

type None = Record<never, never>
type Named<Name extends string, Path extends string> = RouteRecordInfo<Name, Path, None, None>

/** Every screen by its name, so that a link to a screen that does not exist is a type error. */
export interface BankRoutes extends AccessRoutes, DeskRoutes {
  home: Named<'home', '/'>
  receive: Named<'receive', '/receive'>
  send: Named<'send', '/send'>
  'send-amount': Named<'send-amount', '/send/amount'>
  'send-confirm': Named<'send-confirm', '/send/confirm'>
  'send-receipt': Named<'send-receipt', '/send/receipt'>
  statement: Named<'statement', '/statement'>
  casino: Named<'casino', '/casino'>
  'casino-game': RouteRecordInfo<'casino-game', '/casino/games/:path', { path: string }, { path: string }>
  'casino-par-sheet': RouteRecordInfo<'casino-par-sheet', '/casino/games/:path/par-sheet', { path: string }, { path: string }>
  'casino-rounds': Named<'casino-rounds', '/casino/rounds'>
  'casino-round': RouteRecordInfo<'casino-round', '/casino/rounds/:id(\\d+)', { id: string | number }, { id: string }>
  'casino-fairness': Named<'casino-fairness', '/casino/fairness'>
  'casino-care': Named<'casino-care', '/casino/care'>
  'casino-verify': Named<'casino-verify', '/casino/verify'>
  profile: Named<'profile', '/profile'>
  'profile-character': Named<'profile-character', '/profile/character'>
  'profile-password': Named<'profile-password', '/profile/password'>
  'profile-devices': Named<'profile-devices', '/profile/devices'>
  'profile-apps': Named<'profile-apps', '/profile/apps'>
  setup: Named<'setup', '/setup'>
  'not-found': Named<'not-found', '/:anything(.*)*'>
}

declare module 'vue-router' {
  interface TypesConfig {
    RouteNamedMap: BankRoutes
  }
  interface RouteMeta {
    /** The key of the screen's title among the texts. */
    title: string
    access: 'people' | 'guests' | 'everyone'
    /** The texts of its own that the screen needs beside the first ones. */
    area?: TextArea
  }
}

type BankRoute = RouteRecordRaw & { name: keyof BankRoutes }

const casinoRoutes: BankRoute[] = [
  { path: '/casino', name: 'casino', component: () => import('@/features/casino/lobby/LobbyPage.vue'), meta: { title: 'casino.title', access: 'people' } },
  { path: '/casino/games/:path', name: 'casino-game', component: () => import('@/features/casino/play/GamePage.vue'), props: true, meta: { title: 'casino.title', access: 'people' } },
  {
    path: '/casino/games/:path/par-sheet',
    name: 'casino-par-sheet',
    component: () => import('@/features/casino/rules/ParSheetPage.vue'),
    props: (route) => ({ ...route.params, hash: typeof route.query.configuration === 'string' ? route.query.configuration : '' }),
    meta: { title: 'casino.parSheet', access: 'people' },
  },
  { path: '/casino/rounds', name: 'casino-rounds', component: () => import('@/features/casino/proof/HistoryPage.vue'), meta: { title: 'casino.history', access: 'people' } },
  { path: '/casino/rounds/:id(\\d+)', name: 'casino-round', component: () => import('@/features/casino/proof/RoundPage.vue'), props: true, meta: { title: 'casino.verifyTitle', access: 'people' } },
  { path: '/casino/fairness', name: 'casino-fairness', component: () => import('@/features/casino/proof/FairnessPage.vue'), meta: { title: 'casino.fairness', access: 'people' } },
  { path: '/casino/care', name: 'casino-care', component: () => import('@/features/casino/care/CarePage.vue'), meta: { title: 'casino.care', access: 'people' } },
  // A proof can be checked by anybody it was given to.
  { path: '/casino/verify', name: 'casino-verify', component: () => import('@/features/casino/proof/VerifyPage.vue'), meta: { title: 'casino.verifyTitle', access: 'everyone' } },
]

const screens: BankRoute[] = [
  { path: '/', name: 'home', component: () => import('@/features/dashboard/DashboardPage.vue'), meta: { title: 'home.title', access: 'people' } },
  { path: '/receive', name: 'receive', component: () => import('@/features/dashboard/ReceivePage.vue'), meta: { title: 'receive.title', access: 'people' } },
  { path: '/send', name: 'send', component: () => import('@/features/send/ReceiverPage.vue'), meta: { title: 'send.title', access: 'people' } },
  { path: '/send/amount', name: 'send-amount', component: () => import('@/features/send/AmountPage.vue'), meta: { title: 'send.amountTitle', access: 'people' } },
  { path: '/send/confirm', name: 'send-confirm', component: () => import('@/features/send/ConfirmPage.vue'), meta: { title: 'send.confirmTitle', access: 'people' } },
  { path: '/send/receipt', name: 'send-receipt', component: () => import('@/features/send/ReceiptPage.vue'), meta: { title: 'send.sentTitle', access: 'people' } },
  { path: '/statement', name: 'statement', component: () => import('@/features/statement/StatementPage.vue'), meta: { title: 'statement.title', access: 'people' } },
  ...casinoRoutes,
  { path: '/profile', name: 'profile', component: () => import('@/features/profile/ProfilePage.vue'), meta: { title: 'profile.title', access: 'people' } },
  { path: '/profile/character', name: 'profile-character', component: () => import('@/features/profile/CharacterPage.vue'), meta: { title: 'profile.character', access: 'people' } },
  { path: '/profile/password', name: 'profile-password', component: () => import('@/features/profile/PasswordPage.vue'), meta: { title: 'password.title', access: 'people' } },
  { path: '/profile/devices', name: 'profile-devices', component: () => import('@/features/profile/DevicesPage.vue'), meta: { title: 'devices.title', access: 'people' } },
  { path: '/profile/apps', name: 'profile-apps', component: () => import('@/features/connected-apps/ConnectedAppsPage.vue'), meta: { title: 'apps.title', access: 'people', area: 'apps' } },
  ...accessRoutes,
  {
    path: '/setup',
    name: 'setup',
    component: () => import('@/features/setup/SetupPage.vue'),
    // The token stands behind the #, which browsers never send to a server or put into a log.
    props: (route) => ({ token: route.hash.slice(1) }),
    meta: { title: 'setup.title', access: 'everyone' },
  },
  { path: '/:anything(.*)*', name: 'not-found', component: () => import('@/features/not-found/NotFoundPage.vue'), meta: { title: 'notFound.title', access: 'everyone' } },
]

/** Guests see the sign-in first and come back to where they wanted to go. */
function accessGuard(to: RouteLocationNormalized, pinia: Pinia): RouteLocationRaw | true {
  const { status } = useSessionStore(pinia)
  if (to.meta.access === 'people' && status === 'signed-out') {
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { continue: to.fullPath } }
  }
  if (to.meta.access === 'guests' && status !== 'signed-out') {
    // Whoever left for Google to link an account is told here why it did not work.
    return to.hash.startsWith('#refused=') ? { name: 'security', hash: to.hash } : { name: 'home' }
  }
  return true
}

/** A payment goes step by step, and one whose outcome is open is settled before another one begins. */
function paymentGuard(to: RouteLocationNormalized, pinia: Pinia): RouteLocationRaw | true {
  const isPaymentStep = typeof to.name === 'string' && to.name.startsWith('send')
  if (!isPaymentStep) return true
  const payment = useSendStore(pinia)
  const isOpen = payment.state === 'uncertain' || payment.state === 'sending'
  if (isOpen) return to.name === 'send-confirm' || { name: 'send-confirm' }
  const isAddressed = payment.receiver !== null && payment.state !== 'sent'
  const mayShow: Partial<Record<keyof BankRoutes, boolean>> = {
    send: true,
    'send-amount': isAddressed,
    'send-confirm': isAddressed && payment.amount > NO_COINS,
    'send-receipt': payment.receipt !== null,
  }
  return mayShow[to.name as keyof BankRoutes] ?? false ? true : { name: 'send' }
}

/** The screens and the ways between them. */
export function createBankRouter(pinia: Pinia, i18n: BankI18n, history = createWebHistory()) {
  const router = createRouter({
    history,
    routes: [...deskRoutes, ...screens],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => accessGuard(to, pinia))
  router.beforeEach((to) => paymentGuard(to, pinia))
  router.beforeResolve(async ({ matched }) => {
    // A screen inside a frame needs the words of both.
    await Promise.all(matched.map(({ meta }) => meta.area && loadAreaTexts(i18n, meta.area)))
  })
  return router
}
