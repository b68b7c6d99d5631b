import type { Account } from '@/shared/api/types'

/** Each may do what those before it may. */
export const ROLES = ['USER', 'DEVELOPER', 'ADMIN', 'SUPERADMIN'] as const
export type Role = (typeof ROLES)[number]

/** Whether somebody has a role or one above it; the server decides, this only spares people closed doors. */
export function isAtLeast(account: Pick<Account, 'role'> | undefined, role: Role): boolean {
  return ROLES.indexOf((account?.role ?? 'USER') as Role) >= ROLES.indexOf(role)
}

/** Whether somebody is above a role: chief administrators are above everybody. */
export function isAbove(account: Pick<Account, 'role'> | undefined, role: string): boolean {
  return isAtLeast(account, 'SUPERADMIN') || (isAtLeast(account, 'ADMIN') && !isAtLeast({ role }, 'ADMIN'))
}
