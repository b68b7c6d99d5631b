import { useRoute, useRouter } from 'vue-router'

/** Leads people who have just signed in to where they wanted to go. */
export function useEntrance(): () => Promise<void> {
  const route = useRoute()
  const router = useRouter()
  return async () => {
    const wanted = route.query.continue
    // Only a path of this app: an address from outside must not choose where people land.
    const isOwnPath = typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted)
    await router.replace(isOwnPath ? wanted : { name: 'home' })
  }
}
