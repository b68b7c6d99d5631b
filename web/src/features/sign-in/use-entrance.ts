import { useRoute, useRouter, type LocationQuery } from 'vue-router'

/** The screen of this app that somebody wanted before they signed in; nothing when it would be an address outside. */
export function wantedScreen({ continue: wanted }: LocationQuery): string {
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) ? wanted : ''
}

/** Leads people who have just signed in to where they wanted to go. */
export function useEntrance(): () => Promise<void> {
  const route = useRoute()
  const router = useRouter()
  return async () => {
    await router.replace(wantedScreen(route.query) || { name: 'home' })
  }
}
