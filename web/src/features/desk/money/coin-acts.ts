import type { IconName } from '@/shared/ui/icons'

export type CoinActName = 'mint' | 'burn' | 'payout' | 'move'

/** What an act needs to know: whether coins leave a treasury, and who or what is on the other side. */
export interface CoinAct {
  name: CoinActName
  icon: IconName
  fromTreasury: boolean
  other: 'anybody' | 'person' | 'treasury'
  isDestructive: boolean
}

export const COIN_ACTS: readonly CoinAct[] = [
  { name: 'mint', icon: 'plus', fromTreasury: false, other: 'anybody', isDestructive: false },
  { name: 'burn', icon: 'minus', fromTreasury: false, other: 'anybody', isDestructive: true },
  { name: 'payout', icon: 'send', fromTreasury: true, other: 'person', isDestructive: false },
  { name: 'move', icon: 'receive', fromTreasury: true, other: 'treasury', isDestructive: false },
]
