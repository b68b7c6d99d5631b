import type { RouteRecordInfo, RouteRecordRaw } from 'vue-router'
import { COIN_ACTS } from '@/features/desk/money/coin-acts'

type None = Record<never, never>
type Named<Name extends string, Path extends string, Params extends Record<string, string> = None> = RouteRecordInfo<Name, Path, Params, Params>

/** The screens of staff, by their names. */
export interface DeskRoutes {
  desk: Named<'desk', '/desk'>
  'desk-money': Named<'desk-money', '/desk/money'>
  'desk-coins': Named<'desk-coins', '/desk/money/:act', { act: string }>
  'desk-prizes': Named<'desk-prizes', '/desk/money/prizes'>
  'desk-people': Named<'desk-people', '/desk/people'>
  'desk-person': Named<'desk-person', '/desk/people/:account', { account: string }>
  'desk-adjust': Named<'desk-adjust', '/desk/people/:account/adjust', { account: string }>
  'desk-members': Named<'desk-members', '/desk/members'>
  'desk-member': Named<'desk-member', '/desk/members/:id', { id: string }>
  'desk-letters': Named<'desk-letters', '/desk/letters'>
  'desk-security': Named<'desk-security', '/desk/security'>
  'desk-factions': Named<'desk-factions', '/desk/factions'>
  'desk-credit': Named<'desk-credit', '/desk/factions/:faction/credit', { faction: string }>
  'desk-transactions': Named<'desk-transactions', '/desk/transactions'>
  'desk-casino': Named<'desk-casino', '/desk/casino'>
  'desk-keys': Named<'desk-keys', '/desk/keys'>
  'desk-key-new': Named<'desk-key-new', '/desk/keys/new'>
  'desk-audit': Named<'desk-audit', '/desk/audit'>
  developer: Named<'developer', '/developer'>
  'developer-keys': Named<'developer-keys', '/developer/keys'>
  'developer-key-new': Named<'developer-key-new', '/developer/keys/new'>
  'developer-clients': Named<'developer-clients', '/developer/clients'>
  'developer-client-new': Named<'developer-client-new', '/developer/clients/new'>
  'developer-client': Named<'developer-client', '/developer/clients/:id', { id: string }>
  'developer-webhooks': Named<'developer-webhooks', '/developer/webhooks'>
  'developer-webhook-new': Named<'developer-webhook-new', '/developer/webhooks/new'>
  'developer-webhook': Named<'developer-webhook', '/developer/webhooks/:id', { id: string }>
}

type Screen = RouteRecordRaw & { name: keyof DeskRoutes }

const keysPage = () => import('@/features/api-keys/KeysPage.vue')
const newKeyPage = () => import('@/features/api-keys/NewKeyPage.vue')

/** Another act is another form, so it must not inherit what was typed into the one before. */
function coinActProps(name: string) {
  return { key: name, act: COIN_ACTS.find((act) => act.name === name) }
}

const deskScreens: Screen[] = [
  { path: '', name: 'desk', component: () => import('@/features/desk/overview/OverviewPage.vue'), meta: { title: 'desk.title', access: 'people' } },
  { path: 'money', name: 'desk-money', component: () => import('@/features/desk/money/MoneyPage.vue'), meta: { title: 'desk.money.title', access: 'people' } },
  { path: 'money/prizes', name: 'desk-prizes', component: () => import('@/features/desk/money/PrizeListPage.vue'), meta: { title: 'desk.prizes.title', access: 'people' } },
  {
    path: `money/:act(${COIN_ACTS.map((act) => act.name).join('|')})`,
    name: 'desk-coins',
    component: () => import('@/features/desk/money/CoinActPage.vue'),
    // The pattern lets through only acts that there are.
    props: (route) => coinActProps('act' in route.params ? route.params.act : ''),
    meta: { title: 'desk.money.title', access: 'people' },
  },
  {
    path: 'people',
    name: 'desk-people',
    component: () => import('@/features/desk/people/PeoplePage.vue'),
    props: (route) => ({ search: typeof route.query.search === 'string' ? route.query.search : '' }),
    meta: { title: 'desk.people.title', access: 'people' },
  },
  { path: 'people/:account', name: 'desk-person', component: () => import('@/features/desk/people/PersonPage.vue'), props: true, meta: { title: 'desk.people.title', access: 'people' } },
  { path: 'people/:account/adjust', name: 'desk-adjust', component: () => import('@/features/desk/people/AdjustPage.vue'), props: true, meta: { title: 'desk.adjust.title', access: 'people' } },
  { path: 'members', name: 'desk-members', component: () => import('@/features/desk/members/MembersPage.vue'), meta: { title: 'members.title', access: 'people', area: 'members' } },
  { path: 'members/:id', name: 'desk-member', component: () => import('@/features/desk/members/MemberPage.vue'), props: true, meta: { title: 'members.title', access: 'people', area: 'members' } },
  { path: 'letters', name: 'desk-letters', component: () => import('@/features/desk/letters/LettersPage.vue'), meta: { title: 'desk.letters', access: 'people', area: 'members' } },
  { path: 'security', name: 'desk-security', component: () => import('@/features/desk/security/EverybodysEventsPage.vue'), meta: { title: 'security.title', access: 'people', area: 'security' } },
  { path: 'factions', name: 'desk-factions', component: () => import('@/features/desk/factions/FactionsPage.vue'), meta: { title: 'desk.factions.title', access: 'people' } },
  { path: 'factions/:faction/credit', name: 'desk-credit', component: () => import('@/features/desk/factions/CreditPage.vue'), props: true, meta: { title: 'desk.credit.title', access: 'people' } },
  {
    path: 'transactions',
    name: 'desk-transactions',
    component: () => import('@/features/desk/transactions/JournalPage.vue'),
    props: (route) => ({ account: typeof route.query.account === 'string' ? route.query.account : '' }),
    meta: { title: 'desk.journal.title', access: 'people' },
  },
  { path: 'casino', name: 'desk-casino', component: () => import('@/features/desk/casino-dial/CasinoDialPage.vue'), meta: { title: 'casinoDesk.title', access: 'people' } },
  { path: 'keys', name: 'desk-keys', component: keysPage, props: { area: 'desk' }, meta: { title: 'keys.title', access: 'people' } },
  { path: 'keys/new', name: 'desk-key-new', component: newKeyPage, props: { area: 'desk' }, meta: { title: 'keys.make', access: 'people' } },
  { path: 'audit', name: 'desk-audit', component: () => import('@/features/desk/audit/AuditPage.vue'), meta: { title: 'desk.audit.title', access: 'people' } },
]

const developerScreens: Screen[] = [
  { path: '', name: 'developer', component: () => import('@/features/developer/DeveloperPage.vue'), meta: { title: 'developer.title', access: 'people' } },
  { path: 'keys', name: 'developer-keys', component: keysPage, props: { area: 'developer' }, meta: { title: 'keys.title', access: 'people' } },
  { path: 'keys/new', name: 'developer-key-new', component: newKeyPage, props: { area: 'developer' }, meta: { title: 'keys.make', access: 'people' } },
  { path: 'clients', name: 'developer-clients', component: () => import('@/features/clients/ClientsPage.vue'), meta: { title: 'clients.title', access: 'people', area: 'clients' } },
  { path: 'clients/new', name: 'developer-client-new', component: () => import('@/features/clients/NewClientPage.vue'), meta: { title: 'clients.newTitle', access: 'people', area: 'clients' } },
  { path: 'clients/:id', name: 'developer-client', component: () => import('@/features/clients/ClientPage.vue'), props: true, meta: { title: 'clients.title', access: 'people', area: 'clients' } },
  { path: 'webhooks', name: 'developer-webhooks', component: () => import('@/features/developer/webhooks/WebhooksPage.vue'), meta: { title: 'webhooks.title', access: 'people' } },
  { path: 'webhooks/new', name: 'developer-webhook-new', component: () => import('@/features/developer/webhooks/NewWebhookPage.vue'), meta: { title: 'webhooks.make', access: 'people' } },
  { path: 'webhooks/:id', name: 'developer-webhook', component: () => import('@/features/developer/webhooks/WebhookPage.vue'), props: true, meta: { title: 'webhooks.one', access: 'people' } },
]

/** Staff's and developers' areas: each loads with its texts when somebody opens it. */
export const deskRoutes: RouteRecordRaw[] = [
  { path: '/desk', component: () => import('@/features/desk/DeskFrame.vue'), children: deskScreens, meta: { title: 'nav.desk', access: 'people', area: 'desk' } },
  { path: '/developer', component: () => import('@/features/developer/DeveloperFrame.vue'), children: developerScreens, meta: { title: 'nav.developer', access: 'people', area: 'desk' } },
]
