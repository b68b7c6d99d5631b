import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

const routes: RouteRecordRaw[] = [
  {
    path: '/:anything(.*)*',
    name: 'not-found',
    component: () => import('@/features/not-found/NotFoundPage.vue'),
    meta: { access: 'everyone' },
  },
]

export function createBankRouter() {
  return createRouter({ history: createWebHistory(), routes })
}
